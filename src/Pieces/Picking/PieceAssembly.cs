using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>One piece that is being fetched or verified, with its blocks and what it holds of the budget.</summary>
internal sealed class PieceAssembly
{
    /// <summary>Begins a piece of which nothing is here.</summary>
    public PieceAssembly(PieceIndex piece, int length, int blockCount)
    {
        Piece = piece;
        Length = length;
        Blocks = new BlockSlots(blockCount);
    }

    /// <summary>The piece.</summary>
    public PieceIndex Piece { get; }

    /// <summary>Its length in bytes.</summary>
    public int Length { get; }

    /// <summary>Its blocks.</summary>
    public BlockSlots Blocks { get; private set; }

    /// <summary>Order of opening: the lower, the older.</summary>
    public long Sequence { get; set; }

    /// <summary>Bytes of the budget that it holds. Less than <see cref="Length"/> for a large piece, which goes to its file block by block.</summary>
    public long Reserved { get; set; }

    /// <summary>Whether it goes to its file block by block, because memory has no room for it whole.</summary>
    public bool IsLarge => Reserved < Length;

    /// <summary>The source that opened it, whose share of the budget it counts against.</summary>
    public SourceId Opener { get; set; }

    /// <summary>The only source that may be asked, or nobody when any may: so that a bad piece has few senders.</summary>
    public SourceId Owner { get; set; }

    /// <summary>Whether the hash was wrong before: it is fetched again from as few sources as can be.</summary>
    public bool IsRefetch { get; private set; }

    /// <summary>Whether a job of the disk is under way for it: no second one may begin.</summary>
    public bool IsWriting { get; set; }

    /// <summary>Whether it is being given up: what is in memory goes to the disk first.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Timestamp of the last block that came, or of its opening.</summary>
    public long LastProgress { get; set; }

    /// <summary>Whether one block more may be asked for without holding more memory than was reserved.</summary>
    public bool HasRoom =>
        !IsClosing && (!IsLarge || (long)(Blocks.Outstanding + Blocks.Held + 1) * BlockRequest.MaxLength <= Reserved);

    /// <summary>Begins anew after a wrong hash: nothing that came counts.</summary>
    public void StartOver()
    {
        Blocks = new BlockSlots(Blocks.Count);
        Owner = SourceId.None;
        IsRefetch = true;
    }
}
