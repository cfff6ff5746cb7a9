using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>
/// Reads blocks of a download's files; when they cannot be read any more, or are not what was verified, reports which pieces are lost. Safe for all
/// threads; calls block.
/// </summary>
internal sealed class WithdrawingReader : IBlockFileReader
{
    private readonly IBlockFileReader _reader;
    private readonly IDiskSink _sink;

    /// <summary>Reports to <paramref name="sink"/> what <paramref name="reader"/> cannot read.</summary>
    public WithdrawingReader(IBlockFileReader reader, IDiskSink sink)
    {
        _reader = reader;
        _sink = sink;
    }

    /// <inheritdoc/>
    public void Read(IReadOnlyList<BlockRead> reads)
    {
        try
        {
            _reader.Read(reads);
        }
        catch (StorageException)
        {
            foreach (IGrouping<PieceIndex, BlockRead> piece in reads.GroupBy(read => read.Block.Piece))
            {
                if (!CanRead([.. piece]))
                    _sink.OnDisk(new PieceLost(piece.Key));
            }

            throw;
        }
    }

    // One bad piece must not take others with it that were to be read in the same call.
    private bool CanRead(IReadOnlyList<BlockRead> reads)
    {
        try
        {
            _reader.Read(reads);
            return true;
        }
        catch (StorageException)
        {
            return false;
        }
    }
}
