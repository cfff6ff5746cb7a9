using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>All arithmetic of pieces and blocks of one torrent, and the only maker of a <see cref="PieceIndex"/>.</summary>
public sealed class PieceLayout
{
    /// <summary>Longest piece that is accepted, in bytes (1 GiB): offsets inside a piece stay 32-bit.</summary>
    public const int MaxPieceLength = 1 << 30;

    /// <summary>Most pieces that are accepted: each costs 20 bytes of hash and a few of state.</summary>
    public const int MaxPieceCount = 1 << 24;

    /// <summary>Lays out <paramref name="totalLength"/> bytes in pieces of <paramref name="pieceLength"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive or over its limit.</exception>
    public PieceLayout(long totalLength, int pieceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pieceLength, MaxPieceLength);
        long count = ((totalLength - 1) / pieceLength) + 1;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxPieceCount, nameof(totalLength));
        TotalLength = totalLength;
        PieceLength = pieceLength;
        PieceCount = (int)count;
    }

    /// <summary>Bytes of all files together.</summary>
    public long TotalLength { get; }

    /// <summary>Bytes of every piece but the last, which may be shorter.</summary>
    public int PieceLength { get; }

    /// <summary>Number of pieces, from 1.</summary>
    public int PieceCount { get; }

    /// <summary>The piece at a position that is known to be in range.</summary>
    public PieceIndex Piece(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PieceCount, nameof(index));
        return new PieceIndex(index);
    }

    /// <summary>The piece at a position that a stranger named; false when there is none.</summary>
    public bool TryGetPiece(uint index, out PieceIndex piece)
    {
        bool inRange = index < (uint)PieceCount;
        piece = inRange ? new PieceIndex((int)index) : default;
        return inRange;
    }

    /// <summary>Bytes of one piece.</summary>
    public int LengthOf(PieceIndex piece) =>
        piece.Value == PieceCount - 1 ? (int)(TotalLength - OffsetOf(piece)) : PieceLength;

    /// <summary>Where a piece begins in the torrent's bytes.</summary>
    public long OffsetOf(PieceIndex piece) => (long)piece.Value * PieceLength;

    /// <summary>The piece that holds the byte at <paramref name="offset"/>.</summary>
    public PieceIndex PieceAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)offset, (ulong)TotalLength, nameof(offset));
        return new PieceIndex((int)(offset / PieceLength));
    }

    /// <summary>The pieces that hold bytes of a file, in order; none for a file without bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The file has bytes outside this layout.</exception>
    public PieceRange PiecesOf(FileEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return PiecesOf(file, 0, file.Length);
    }

    /// <summary>Number of blocks of one piece, as we ask for them.</summary>
    public int BlockCountOf(PieceIndex piece) => ((LengthOf(piece) - 1) / BlockRequest.MaxLength) + 1;

    /// <summary>One block of a piece, as we ask for it; <paramref name="ordinal"/> counts from 0.</summary>
    public BlockRequest Block(PieceIndex piece, int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)BlockCountOf(piece), nameof(ordinal));
        int begin = ordinal * BlockRequest.MaxLength;
        return new BlockRequest(piece, begin, Math.Min(BlockRequest.MaxLength, LengthOf(piece) - begin));
    }

    /// <summary>A block that a stranger named: in range, not empty, not longer than <paramref name="maxLength"/>.</summary>
    public bool TryGetBlock(uint piece, uint begin, uint length, out BlockRequest block, uint maxLength = BlockRequest.MaxLength)
    {
        block = default;
        if (!TryGetPiece(piece, out PieceIndex index) || length == 0 || length > maxLength)
            return false;
        if ((ulong)begin + length > (ulong)LengthOf(index))
            return false;
        block = new BlockRequest(index, (int)begin, (int)length);
        return true;
    }

    /// <summary>The pieces that hold bytes of a file from <paramref name="start"/> to before <paramref name="end"/>, counted from the file's first byte.</summary>
    internal PieceRange PiecesOf(FileEntry file, long start, long end)
    {
        if (start >= end)
            return default;
        int first = PieceAt(file.Offset + start).Value;
        return new PieceRange(first, PieceAt(file.Offset + end - 1).Value - first + 1);
    }

    /// <summary>Bytes of all pieces that are set, one bit a piece.</summary>
    internal long BytesOf(Bitfield pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pieces.Length, PieceCount, nameof(pieces));
        long bytes = (long)pieces.Count * PieceLength;
        return pieces[PieceCount - 1] ? bytes - PieceLength + LengthOf(new PieceIndex(PieceCount - 1)) : bytes;
    }
}
