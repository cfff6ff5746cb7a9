using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Pieces.Metadata;

/// <summary>The file selection of a magnet link (BEP 53): file indexes and ranges of them, as <c>0,2,4,6-8</c>.</summary>
internal static class MagnetSelection
{
    /// <summary>Maximum file index in a selection.</summary>
    public const int MaxIndex = 999_999;

    /// <summary>Adds the ranges in a value. Invalid items, reversed ranges and indexes above <see cref="MaxIndex"/> are skipped.</summary>
    /// <param name="value">A decoded <c>so</c> value.</param>
    /// <param name="into">Receives the first and last index of each range, from 0.</param>
    /// <returns>Whether nothing was skipped.</returns>
    public static bool Read(ReadOnlySpan<char> value, List<(int First, int Last)> into)
    {
        bool isClean = true;
        foreach (Range range in value.Split(','))
        {
            ReadOnlySpan<char> item = value[range];
            int dash = item.IndexOf('-');
            ReadOnlySpan<char> lastText = dash < 0 ? item : item[(dash + 1)..];
            if (TryReadIndex(dash < 0 ? item : item[..dash], out int first) && TryReadIndex(lastText, out int last) && first <= last)
                into.Add((first, last));
            else
                isClean = false;
        }

        return isClean;
    }

    /// <summary>The indexes in all ranges, ascending, without duplicates. Overlapping ranges cost no additional time or memory per index.</summary>
    public static ImmutableArray<int> Expand(List<(int First, int Last)> ranges)
    {
        ranges.Sort();
        ImmutableArray<int>.Builder indexes = ImmutableArray.CreateBuilder<int>();
        int next = 0;
        foreach ((int first, int last) in ranges)
        {
            for (int i = Math.Max(first, next); i <= last; i++)
                indexes.Add(i);
            next = Math.Max(next, last + 1);
        }

        return indexes.ToImmutable();
    }

    /// <summary>Writes file indexes in the shortest form.</summary>
    /// <param name="indexes">Ascending, without duplicates.</param>
    public static string Write(ImmutableArray<int> indexes)
    {
        var text = new StringBuilder();
        for (int i = 0; i < indexes.Length;)
        {
            int end = i + 1;
            while (end < indexes.Length && indexes[end] == indexes[end - 1] + 1)
                end++;
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{indexes[i]}");
            if (end - i > 1)
                text.Append(CultureInfo.InvariantCulture, $"-{indexes[end - 1]}");
            i = end;
        }

        return text.ToString();
    }

    private static bool TryReadIndex(ReadOnlySpan<char> text, out int index) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index <= MaxIndex;
}
