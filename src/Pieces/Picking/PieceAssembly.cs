using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>A piece that is being downloaded or verified, with its blocks and its reservation in the memory budget.</summary>
internal sealed class PieceAssembly
{
    /// <summary>Creates a piece without any blocks.</summary>
    public PieceAssembly(PieceIndex piece, int length, int blockCount)
    {
        Piece = piece;
        Length = length;
        Blocks = new BlockSlots(blockCount);
    }

    public PieceIndex Piece { get; }

    /// <summary>Length of the piece in bytes.</summary>
    public int Length { get; }

    public BlockSlots Blocks { get; private set; }

    /// <summary>Order of opening: lower is older.</summary>
    public long Sequence { get; set; }

    /// <summary>
    /// Bytes reserved in the memory budget. Less than <see cref="Length"/> for a large piece, whose blocks are written as they arrive.
    /// </summary>
    public long Reserved { get; set; }

    /// <summary>Whether blocks are written as they arrive, because the memory budget has no room for the whole piece.</summary>
    public bool IsLarge => Reserved < Length;

    /// <summary>The source that the piece was opened for, to which the reservation is charged.</summary>
    public SenderId Opener { get; set; }

    /// <summary>
    /// The only source that blocks may be requested from, or <see cref="SenderId.None"/> if there is no restriction. With few senders, a bad block is
    /// easy to attribute.
    /// </summary>
    public SenderId Owner { get; set; }

    /// <summary>Whether the hash check has failed before. The piece is then requested from as few sources as possible.</summary>
    public bool IsRefetch { get; private set; }

    /// <summary>Whether a disk job is in progress for the piece. A second one must not be started.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Whether the piece is being closed. Blocks in memory are written first.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Timestamp of the last received block, or of opening the piece.</summary>
    public long LastProgress { get; set; }

    /// <summary>Whether one more block may be requested within the reserved memory.</summary>
    public bool HasRoom =>
        !IsClosing && (!IsLarge || (long)(Blocks.Outstanding + Blocks.Held + 1) * BlockRequest.MaxLength <= Reserved);

    /// <summary>Starts over after a failed hash check: all blocks are discarded.</summary>
    public void StartOver()
    {
        Blocks = new BlockSlots(Blocks.Count);
        Owner = SenderId.None;
        IsRefetch = true;
    }
}
