namespace Pieces.Cli.Parsing;

/// <summary>Finds the name that a mistyped name was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>
    /// Returns the candidate with the smallest edit distance; null if no candidate is similar (more than half of the characters differ).
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int best = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name, candidate);
            if (distance >= best || distance * 2 > Math.Max(name.Length, candidate.Length))
                continue;
            best = distance;
            nearest = candidate;
        }

        return nearest;
    }

    /// <summary>
    /// Returns the edit distance: the number of characters to insert, delete, replace or swap with the next one to turn one name into the other.
    /// </summary>
    internal static int Distance(string a, string b)
    {
        int[,] distance = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            distance[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            distance[0, j] = j;

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int changed = distance[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                int best = Math.Min(changed, 1 + Math.Min(distance[i - 1, j], distance[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, 1 + distance[i - 2, j - 2]);
                distance[i, j] = best;
            }
        }

        return distance[a.Length, b.Length];
    }
}
