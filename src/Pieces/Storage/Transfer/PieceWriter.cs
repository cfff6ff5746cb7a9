using System.Collections.Concurrent;
using System.Diagnostics;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Transfer;

/// <summary>Verifies and writes pieces, and updates the ledger and the journal. It always writes the data before the record. Calls block.</summary>
internal sealed class PieceWriter : IDisposable
{
    /// <summary>
    /// Piece length, in bytes, above which a running hash is kept while blocks are written, so that a complete piece need not be read back in full.
    /// </summary>
    public const int RunningHashThreshold = 2 * 1024 * 1024;

    // Maximum number of blocks that one job reads back into a running hash (4 MiB).
    private const int CatchUpBlocks = 256;

    private readonly PieceLayout _layout;
    private readonly IPieceBytes _bytes;
    private readonly PieceVerifier _verifier;
    private readonly PieceLedger _ledger;
    private readonly IWriteJournal _journal;
    private readonly ConcurrentDictionary<int, RunningHash> _running = new();
    private readonly ConcurrentDictionary<int, bool> _rejected = new();

    public PieceWriter(PieceLayout layout, IPieceBytes bytes, PieceVerifier verifier, PieceLedger ledger, IWriteJournal journal)
    {
        _layout = layout;
        _bytes = bytes;
        _verifier = verifier;
        _ledger = ledger;
        _journal = journal;
    }

    /// <summary>Writes blocks of an open piece; the caller keeps the buffers.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks)
    {
        List<ReadOnlyMemory<byte>> run = new(blocks.Count);
        for (int first = 0; first < blocks.Count;)
        {
            run.Clear();
            int ordinal = blocks[first].Ordinal, next = first;
            for (; next < blocks.Count && blocks[next].Ordinal == ordinal + run.Count; next++)
                run.Add(blocks[next].Data.Memory);
            WriteRun(piece, ordinal, run);
            _ledger.AddBlocks(piece, ordinal, run.Count);
            _journal.Append(ResumeRecord.Blocks(piece, ordinal, run.Count));
            first = next;
        }

        if (_layout.LengthOf(piece) > RunningHashThreshold)
            AdvanceHash(piece, blocks);
    }

    /// <summary>Verifies a piece and writes the blocks that are not written yet.</summary>
    /// <returns>The events that report the result, in order.</returns>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public DiskEvent[] Store(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
    {
        if (!IsGood(piece, blocks))
        {
            BlockDigest[] bad = _verifier.DigestsOf(piece, blocks);
            _rejected[piece.Value] = true;
            Forget(piece);
            return [new PieceRejected(piece, bad)];
        }

        BlockDigest[]? digests = _rejected.ContainsKey(piece.Value) ? _verifier.DigestsOf(piece, blocks) : null;
        WriteMissing(piece, blocks, written);
        _ledger.AddPiece(piece);
        _journal.Append(new ResumeRecord(ResumeFact.PieceStored, piece.Value, 0));
        _rejected.TryRemove(piece.Value, out _);
        return digests is null ? [new PieceStored(piece)] : [new PieceDigests(piece, digests), new PieceStored(piece)];
    }

    /// <summary>
    /// Drops what is known of a piece's candidate blocks. Does not block: the journal writes the record together with the next one.
    /// </summary>
    public void Forget(PieceIndex piece)
    {
        if (_running.TryRemove(piece.Value, out RunningHash? running))
            running.Dispose();
        if (_ledger.Forget(piece))
            _journal.Hold(new ResumeRecord(ResumeFact.BlocksForgotten, piece.Value, 0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RunningHash running in _running.Values)
            running.Dispose();
        _running.Clear();
    }

    private bool IsGood(PieceIndex piece, BlockBuffer?[] blocks)
    {
        Debug.Assert(blocks.Length == _layout.BlockCountOf(piece), "one entry for each block");
        if (_running.TryRemove(piece.Value, out RunningHash? started))
        {
            using (started)
                return _verifier.TryAppendBlocks(started.Hash, piece, blocks, started.Next) && started.Hash.IsGood();
        }

        return _verifier.IsGood(piece, blocks);
    }

    private void WriteMissing(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
    {
        List<ReadOnlyMemory<byte>> run = new(blocks.Length);
        for (int first = 0; first < blocks.Length; first++)
        {
            run.Clear();
            for (int i = first; i < blocks.Length && !written[i] && blocks[i] is { } block; i++)
                run.Add(block.Memory);
            if (run.Count == 0)
                continue;
            WriteRun(piece, first, run);
            first += run.Count - 1;
        }
    }

    private void WriteRun(PieceIndex piece, int ordinal, List<ReadOnlyMemory<byte>> run)
    {
        long offset = _layout.OffsetOf(piece) + ((long)ordinal * BlockRequest.MaxLength);
        int length = 0;
        foreach (ReadOnlyMemory<byte> part in run)
            length += part.Length;
        try
        {
            _bytes.Write(offset, run);
        }
        catch (StorageException e)
        {
            _journal.OnFailed(e);
            throw;
        }

        _journal.OnWritten(offset, length);
    }

    /// <summary>
    /// Advances the running hash of a large piece over its contiguous blocks: from memory if the blocks are still in memory, otherwise from the disk.
    /// </summary>
    private void AdvanceHash(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks)
    {
        RunningHash running = _running.GetOrAdd(
            piece.Value, static (_, start) => new RunningHash(start._verifier.Start(start.piece)), (_verifier, piece));
        foreach (CandidateBlock block in blocks)
        {
            // A block that was hashed already may be rewritten with different bytes: restart the hash.
            if (block.Ordinal < running.Next)
                Restart(running, piece);

            if (block.Ordinal != running.Next)
                continue;
            running.Hash.Append(block.Data.Memory.Span);
            running.Next++;
        }

        int ready = _ledger.BlocksFrom(piece, running.Next, CatchUpBlocks);
        if (ready == 0)
            return;
        int begin = running.Next * BlockRequest.MaxLength;
        int end = Math.Min((running.Next + ready) * BlockRequest.MaxLength, _layout.LengthOf(piece));
        if (_verifier.TryAppendFromDisk(running.Hash, piece, begin, end - begin))
            running.Next += ready;
        else
            Restart(running, piece);
    }

    private static void Restart(RunningHash running, PieceIndex piece)
    {
        running.Hash.Restart(piece);
        running.Next = 0;
    }
}
