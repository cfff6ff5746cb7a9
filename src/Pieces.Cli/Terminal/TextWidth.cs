using System.Globalization;
using System.Text;
using Wcwidth;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Computes the width of a text in terminal columns. It works on grapheme clusters, such as a letter with its marks or an emoji of several parts. If
/// terminals differ, the larger width is used, except for joined emoji, which older terminals show side by side. The text must be escaped already.
/// </summary>
internal static class TextWidth
{
    private const int VariationSelector16 = 0xFE0F;
    private const int Joiner = 0x200D;
    private const string Ellipsis = "…";

    // Maximum number of code points of one grapheme cluster. A family emoji with skin tones has eleven. Without a limit, combining marks could cover
    // the lines above.
    private const int MaxRunes = 16;

    // Minimum width at which a truncated name also shows its end, where the names of a series differ.
    private const int WithTail = 12;

    /// <summary>Returns the width of a text in columns.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        int width = 0;
        while (!text.IsEmpty)
        {
            int length = StringInfo.GetNextTextElementLength(text);
            width += OfCluster(text[..length]);
            text = text[length..];
        }

        return width;
    }

    /// <summary>
    /// Returns the text, truncated to the width if necessary. A truncated text consists of its beginning and its end with an ellipsis between them.
    /// </summary>
    public static string Fit(string text, int width)
    {
        List<Cluster> clusters = ClustersOf(text);
        if (clusters.Sum(cluster => cluster.Width) <= width)
            return Join(clusters);
        if (width <= 0)
            return string.Empty;
        int tail = width >= WithTail ? (width - 1) / 3 : 0;
        List<Cluster> end = [.. Take(Enumerable.Reverse(clusters), tail)];
        end.Reverse();
        IEnumerable<Cluster> start = Take(clusters, width - 1 - end.Sum(cluster => cluster.Width));
        return Join(start) + Ellipsis + Join(end);
    }

    private static IEnumerable<Cluster> Take(IEnumerable<Cluster> clusters, int width)
    {
        foreach (Cluster cluster in clusters)
        {
            width -= cluster.Width;
            if (width < 0)
                yield break;
            yield return cluster;
        }
    }

    private static string Join(IEnumerable<Cluster> clusters) => string.Concat(clusters.Select(cluster => cluster.Text));

    private static List<Cluster> ClustersOf(string text)
    {
        var clusters = new List<Cluster>();
        for (int at = 0; at < text.Length;)
        {
            int length = StringInfo.GetNextTextElementLength(text, at);
            string cluster = Limit(text.Substring(at, length));
            clusters.Add(new Cluster(cluster, OfCluster(cluster)));
            at += length;
        }

        return clusters;
    }

    private static string Limit(string cluster) =>
        cluster.Length <= MaxRunes ? cluster : string.Concat(cluster.EnumerateRunes().Take(MaxRunes).Select(rune => rune.ToString()));

    private static int OfCluster(ReadOnlySpan<char> cluster)
    {
        int sum = 0;
        bool isEmoji = false;
        Rune first = default;
        foreach (Rune rune in cluster.EnumerateRunes())
        {
            if (first == default)
                first = rune;
            else
                isEmoji |= rune.Value == VariationSelector16 || IsSkinTone(rune) || IsFlagHalf(rune) || (rune.Value == Joiner && IsSymbol(first));
            sum += OfRune(rune);
        }

        return isEmoji ? 2 : sum;
    }

    private static int OfRune(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpacingCombiningMark ? 1 : Math.Max(0, UnicodeCalculator.GetWidth(rune));

    private static bool IsSkinTone(Rune rune) => rune.Value is >= 0x1F3FB and <= 0x1F3FF;

    private static bool IsFlagHalf(Rune rune) => rune.Value is >= 0x1F1E6 and <= 0x1F1FF;

    private static bool IsSymbol(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherSymbol;

    private readonly record struct Cluster(string Text, int Width);
}
