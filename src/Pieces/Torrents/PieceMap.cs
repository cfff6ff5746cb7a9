using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>
/// Which parts of a torrent are verified and written, in at most <see cref="MaxSections"/> sections of as equal a length as can be: coarse enough to be
/// drawn again and again for a torrent of a million pieces, and exact for a small one. Immutable.
/// </summary>
public sealed class PieceMap
{
    /// <summary>The most sections of a map.</summary>
    public const int MaxSections = 256;

    // 0 says that nothing of a section is there and 255 that all of it is, and nothing else does.
    private readonly byte[] _shares;

    private PieceMap(byte[] shares) => _shares = shares;

    /// <summary>Nothing is there.</summary>
    public static PieceMap None { get; } = new([byte.MinValue]);

    /// <summary>All is there.</summary>
    public static PieceMap All { get; } = new([byte.MaxValue]);

    /// <summary>How much of a stretch is there: 0 means nothing, 1 all of it, and nothing else does.</summary>
    /// <param name="from">Where it begins, as a share of the pieces, from 0 to 1.</param>
    /// <param name="to">Where it ends; more than <paramref name="from"/>, and at most 1.</param>
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

    /// <summary>The map of a field of pieces.</summary>
    internal static PieceMap Of(Bitfield have)
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

        return new PieceMap(shares);
    }
}
