using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// Keeps the pieces that one provider is asked for in a row, for a provider that sends a long range faster than many short ones. The picker chooses
/// where a run starts. Pure.
/// </summary>
internal sealed class SequentialRun
{
    private int _next = -1;
    private long _left;

    /// <summary>Makes it before the first run.</summary>
    /// <param name="length">Preferred length of a run, in bytes.</param>
    public SequentialRun(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
    }

    /// <summary>Preferred length of a run, in bytes.</summary>
    public long Length { get; }

    /// <summary>The piece that continues the run; false when the run is over, or its next piece is not missing.</summary>
    public bool TryContinue(PieceTable table, IPieceMap source, out PieceIndex piece)
    {
        piece = default;
        if (_left <= 0 || _next >= table.Layout.PieceCount)
            return false;
        piece = table.Layout.Piece(_next);
        return table.StatusOf(piece) == PieceStatus.Missing && source.Has(piece);
    }

    /// <summary>A piece is opened for the provider: it continues the run, or starts another.</summary>
    public void OnOpened(PieceIndex piece, int length)
    {
        if (piece.Value != _next || _left <= 0)
            _left = Length;
        _next = piece.Value + 1;
        _left -= length;
    }
}
