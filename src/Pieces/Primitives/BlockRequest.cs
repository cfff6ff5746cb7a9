namespace Pieces.Primitives;

/// <summary>A block to request or to upload: at most 16 KiB, never across a piece border (BEP 3, "request").</summary>
/// <param name="Piece">The piece that contains the block.</param>
/// <param name="Begin">Offset inside the piece, in bytes.</param>
/// <param name="Length">Length in bytes, at least 1.</param>
public readonly record struct BlockRequest(PieceIndex Piece, int Begin, int Length)
{
    /// <summary>Maximum length of a block, in bytes. Every block that we request has this length, except the last one of a piece.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Index of a block that we request among the blocks of its piece, from 0.</summary>
    internal int Ordinal => Begin / MaxLength;
}
