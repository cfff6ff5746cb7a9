namespace Pieces.Primitives;

/// <summary>A block to ask for or to serve: at most 16 KiB, never across a piece border (BEP 3, "request").</summary>
/// <param name="Piece">The piece it lies in.</param>
/// <param name="Begin">Offset inside the piece, in bytes.</param>
/// <param name="Length">Length in bytes, from 1.</param>
public readonly record struct BlockRequest(PieceIndex Piece, int Begin, int Length)
{
    /// <summary>Length of every block that we ask for but the last one of a piece, in bytes.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Position of a block that we ask for among those of its piece, from 0.</summary>
    internal int Ordinal => Begin / MaxLength;
}
