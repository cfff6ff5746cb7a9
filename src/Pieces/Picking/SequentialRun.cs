using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// Makes a provider receive requests for consecutive pieces, if it sends one long range faster than many short ones. The picker chooses where a run
/// starts. Pure.
/// </summary>
internal sealed class SequentialRun
{
    private int _next = -1;
    private long _left;

    /// <summary>Creates an instance without a current run.</summary>
    /// <param name="length">Preferred length of a run, in bytes.</param>
    public SequentialRun(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
    }

    /// <summary>Preferred length of a run, in bytes.</summary>
    public long Length { get; }

    /// <summary>Finds the piece that continues the run. Returns false if the run is over, or its next piece is not missing.</summary>
    public bool TryContinue(PieceTable table, IPeerPieces source, out PieceIndex piece)
    {
        piece = default;
        if (_left <= 0 || _next >= table.Layout.PieceCount)
            return false;
        piece = table.Layout.Piece(_next);
        return table.StatusOf(piece) == PieceStatus.Missing && source.Has(piece);
    }

    /// <summary>A piece was opened for the provider. It continues the current run or starts a new one.</summary>
    public void OnOpened(PieceIndex piece, int length)
    {
        if (piece.Value != _next || _left <= 0)
            _left = Length;
        _next = piece.Value + 1;
        _left -= length;
    }
}
