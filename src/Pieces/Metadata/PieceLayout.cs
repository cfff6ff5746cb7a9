using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>All arithmetic of the pieces and blocks of one torrent, and the only class that creates a <see cref="PieceIndex"/>.</summary>
public sealed class PieceLayout
{
    /// <summary>Maximum piece length, in bytes (1 GiB), so that offsets in a piece fit in 32 bits.</summary>
    public const int MaxPieceLength = 1 << 30;

    /// <summary>Maximum number of pieces per torrent: each needs 20 bytes of hash and a few bytes of state.</summary>
    public const int MaxPieceCount = 1 << 24;

    /// <summary>Divides <paramref name="totalLength"/> bytes into pieces of <paramref name="pieceLength"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or over its limit.</exception>
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

    /// <summary>Total length of all files, in bytes.</summary>
    public long TotalLength { get; }

    /// <summary>Length of every piece except the last, which may be shorter, in bytes.</summary>
    public int PieceLength { get; }

    /// <summary>Number of pieces, at least 1.</summary>
    public int PieceCount { get; }

    /// <summary>The piece with an index that is known to be in range.</summary>
    public PieceIndex Piece(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PieceCount, nameof(index));
        return new PieceIndex(index);
    }

    /// <summary>The piece with an index that a peer sent; false when it is out of range.</summary>
    public bool TryGetPiece(uint index, out PieceIndex piece)
    {
        bool inRange = index < (uint)PieceCount;
        piece = inRange ? new PieceIndex((int)index) : default;
        return inRange;
    }

    /// <summary>Length of a piece, in bytes.</summary>
    public int LengthOf(PieceIndex piece) =>
        piece.Value == PieceCount - 1 ? (int)(TotalLength - OffsetOf(piece)) : PieceLength;

    /// <summary>Offset of a piece in the torrent, in bytes.</summary>
    public long OffsetOf(PieceIndex piece) => (long)piece.Value * PieceLength;

    /// <summary>The piece that contains the byte at <paramref name="offset"/>.</summary>
    public PieceIndex PieceAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)offset, (ulong)TotalLength, nameof(offset));
        return new PieceIndex((int)(offset / PieceLength));
    }

    /// <summary>The pieces that contain bytes of a file, in order; none for an empty file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The file has bytes outside this layout.</exception>
    public PieceRange PiecesOf(FileEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return PiecesOf(file, 0, file.Length);
    }

    /// <summary>Number of blocks in a piece, as we request them.</summary>
    public int BlockCountOf(PieceIndex piece) => ((LengthOf(piece) - 1) / BlockRequest.MaxLength) + 1;

    /// <summary>One block of a piece, as we request it; <paramref name="ordinal"/> counts from 0.</summary>
    public BlockRequest Block(PieceIndex piece, int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)BlockCountOf(piece), nameof(ordinal));
        int begin = ordinal * BlockRequest.MaxLength;
        return new BlockRequest(piece, begin, Math.Min(BlockRequest.MaxLength, LengthOf(piece) - begin));
    }

    /// <summary>The block that a peer requested or sent; false when it is out of range, empty or longer than <paramref name="maxLength"/>.</summary>
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

    /// <summary>
    /// The pieces that contain bytes of a file from <paramref name="start"/> (inclusive) to <paramref name="end"/> (exclusive), both relative to the
    /// file.
    /// </summary>
    internal PieceRange PiecesOf(FileEntry file, long start, long end)
    {
        if (start >= end)
            return default;
        int first = PieceAt(file.Offset + start).Value;
        return new PieceRange(first, PieceAt(file.Offset + end - 1).Value - first + 1);
    }

    /// <summary>Total length of the pieces that are set in a bitfield, in bytes.</summary>
    internal long BytesOf(Bitfield pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pieces.Length, PieceCount, nameof(pieces));
        long bytes = (long)pieces.Count * PieceLength;
        return pieces[PieceCount - 1] ? bytes - PieceLength + LengthOf(new PieceIndex(PieceCount - 1)) : bytes;
    }
}
