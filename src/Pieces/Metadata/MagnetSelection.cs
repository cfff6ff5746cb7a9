using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Pieces.Metadata;

/// <summary>The files that a magnet link wants (BEP 53): positions and ranges of them, <c>0,2,4,6-8</c>.</summary>
internal static class MagnetSelection
{
    /// <summary>Largest position that is believed; no torrent has so many files.</summary>
    public const int MaxIndex = 999_999;

    /// <summary>Adds the ranges that a value names. What is no position, reversed or beyond <see cref="MaxIndex"/> is skipped.</summary>
    /// <param name="value">A <c>so</c> value, decoded.</param>
    /// <param name="into">Gets the first and last position of each range, from 0.</param>
    /// <returns>Whether nothing had to be skipped.</returns>
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

    /// <summary>The positions in all ranges, ascending, each once. However many ranges overlap, each position costs its due once.</summary>
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

    /// <summary>Writes positions in the shortest form.</summary>
    /// <param name="indexes">Ascending, each once.</param>
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
