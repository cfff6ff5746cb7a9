using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Transfer;

/// <summary>Reads blocks of verified pieces for upload. Safe for all threads; calls block.</summary>
internal sealed class PieceReader : IBlockFileReader
{
    // Maximum number of attempts to read blocks. A file that changes between the check of its pieces and the end of the read is checked and read
    // again.
    private const int MostAttempts = 3;

    private readonly PieceLayout _layout;
    private readonly FileStore _files;
    private readonly PieceLedger _ledger;
    private readonly ServeGuard _guard;

    public PieceReader(PieceLayout layout, FileStore files, PieceLedger ledger, ServeGuard guard)
    {
        _layout = layout;
        _files = files;
        _ledger = ledger;
        _guard = guard;
    }

    /// <summary>Fills all destinations. Consecutive blocks are read with one call.</summary>
    /// <exception cref="StorageException">The operating system reported an error, or the bytes on the disk no longer match the piece.</exception>
    public void Read(IReadOnlyList<BlockRead> reads)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            foreach (PieceIndex piece in PiecesOf(reads))
            {
                if (!_ledger.Has(piece))
                    throw new InvalidOperationException($"piece {piece} was to be read before it was verified");
                _guard.Check(piece);
            }

            ReadRuns(reads);
            if (AreUnchanged(reads))
                return;
        }

        string path = _files.PathOf(_files.Map.FileAt(OffsetOf(reads[0])));
        throw new StorageException(StorageError.File, path, $"{path}: it is being written to while it is read; its data is not served");
    }

    private static IEnumerable<PieceIndex> PiecesOf(IReadOnlyList<BlockRead> reads)
    {
        for (int i = 0; i < reads.Count; i++)
        {
            if (i == 0 || reads[i].Block.Piece != reads[i - 1].Block.Piece)
                yield return reads[i].Block.Piece;
        }
    }

    private bool AreUnchanged(IReadOnlyList<BlockRead> reads)
    {
        foreach (PieceIndex piece in PiecesOf(reads))
        {
            if (!_guard.IsUnchanged(piece))
                return false;
        }

        return true;
    }

    private void ReadRuns(IReadOnlyList<BlockRead> reads)
    {
        List<Memory<byte>> run = new(reads.Count);
        for (int first = 0; first < reads.Count;)
        {
            run.Clear();
            long begin = OffsetOf(reads[first]), end = begin;
            int next = first;
            for (; next < reads.Count && OffsetOf(reads[next]) == end; next++)
            {
                run.Add(reads[next].Destination);
                end += reads[next].Destination.Length;
            }

            if (!_files.TryRead(begin, run))
            {
                string path = _files.PathOf(_files.Map.FileAt(begin));
                throw new StorageException(StorageError.File, path, $"{path}: cannot read {end - begin} bytes: the file is gone or too short");
            }

            first = next;
        }
    }

    private long OffsetOf(BlockRead read) => _layout.OffsetOf(read.Block.Piece) + read.Block.Begin;
}
