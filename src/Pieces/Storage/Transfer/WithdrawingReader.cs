using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>
/// Reads blocks of a download's files. When bytes cannot be read any more, or no longer match their hash, it reports which pieces are lost. Safe for
/// all threads; calls block.
/// </summary>
internal sealed class WithdrawingReader : IBlockFileReader
{
    private readonly IBlockFileReader _reader;
    private readonly IDiskSink _sink;

    /// <summary>Reports to <paramref name="sink"/> the pieces that <paramref name="reader"/> cannot read.</summary>
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
        catch (StorageException e)
        {
            // Read each piece on its own, so that one bad piece does not withdraw the other pieces of the same call.
            List<IGrouping<PieceIndex, BlockRead>> pieces = [.. reads.GroupBy(read => read.Block.Piece)];
            foreach (IGrouping<PieceIndex, BlockRead> piece in pieces)
            {
                if ((pieces.Count == 1 ? e : Fault([.. piece])) is { } reason)
                    _sink.OnDisk(new PieceLost(piece.Key, reason));
            }

            throw;
        }
    }

    private StorageException? Fault(IReadOnlyList<BlockRead> reads)
    {
        try
        {
            _reader.Read(reads);
            return null;
        }
        catch (StorageException e)
        {
            return e;
        }
    }
}
