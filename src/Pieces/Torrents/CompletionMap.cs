using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>
/// Shows which parts of a torrent are verified and written, in at most <see cref="MaxSections"/> sections of nearly equal length. The map is small
/// enough to be drawn repeatedly for a torrent with a million pieces, and exact for a torrent with few pieces. Immutable.
/// </summary>
public sealed class CompletionMap
{
    /// <summary>Maximum number of sections of a piece map.</summary>
    public const int MaxSections = 256;

    // The verified part of each section, from 0 to 255. Only an empty section is 0, and only a complete section is 255.
    private readonly byte[] _shares;

    private CompletionMap(byte[] shares) => _shares = shares;

    /// <summary>The map of a torrent without any verified piece.</summary>
    public static CompletionMap None { get; } = new([byte.MinValue]);

    /// <summary>The map of a complete torrent.</summary>
    public static CompletionMap All { get; } = new([byte.MaxValue]);

    /// <summary>
    /// Returns how much of a range is verified, from 0 to 1. The result is 0 only if nothing is verified, and 1 only if everything is.
    /// </summary>
    /// <param name="from">Start of the range, as a fraction of all pieces, from 0 to 1.</param>
    /// <param name="to">End of the range, as a fraction of all pieces; greater than <paramref name="from"/> and at most 1.</param>
    public double ShareOf(double from, double to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        int first = Math.Min((int)(from * _shares.Length), _shares.Length - 1);
        int end = Math.Clamp((int)Math.Ceiling(to * _shares.Length), first + 1, _shares.Length);
        ReadOnlySpan<byte> sections = _shares.AsSpan(first, end - first);
        if (!sections.ContainsAnyExcept(byte.MaxValue))
            return 1;
        int sum = 0;
        foreach (byte share in sections)
            sum += share;
        return (double)sum / (byte.MaxValue * sections.Length);
    }

    /// <summary>Creates the map of a set of verified pieces.</summary>
    internal static CompletionMap Of(Bitfield have)
    {
        if (have.Count == 0)
            return None;
        if (have.IsFull)
            return All;
        byte[] shares = new byte[Math.Min(have.Length, MaxSections)];
        for (int i = 0; i < shares.Length; i++)
        {
            int from = (int)((long)have.Length * i / shares.Length);
            int to = (int)((long)have.Length * (i + 1) / shares.Length);
            int count = have.CountIn(from, to);
            int share = (int)((long)byte.MaxValue * count / (to - from));
            shares[i] = (byte)(count == 0 ? 0 : Math.Max(share, 1));
        }

        return new CompletionMap(shares);
    }
}
