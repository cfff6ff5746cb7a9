using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>Queues the disk jobs for the pieces of one open torrent.</summary>
internal sealed class PieceJobs : IPieceStore
{
    private readonly DiskLane _lane;
    private readonly StorageContext _context;

    public PieceJobs(DiskQueue queue, StorageContext context)
    {
        _context = context;
        _lane = queue.Open(context.Files, context.Folder, context.ReportHanging);
    }

    /// <inheritdoc/>
    public bool CanResume => _context.CanResume;

    /// <inheritdoc/>
    public void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks)
    {
        _context.Pending.Enter();
        _lane.Workers.Enqueue(_lane, new WriteBlocksJob(_context, piece, blocks));
    }

    /// <inheritdoc/>
    public void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
    {
        _context.Pending.Enter();
        _lane.Workers.Enqueue(_lane, new StorePieceJob(_context, piece, blocks, written));
    }

    /// <inheritdoc/>
    public void ForgetCandidates(PieceIndex piece) => _context.Writer.Forget(piece);

    /// <inheritdoc/>
    public ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken)
    {
        _context.Pending.Enter();
        var job = new ReadBlocksJob(_context, reads, cancellationToken);
        _lane.Workers.Enqueue(_lane, job);
        return new ValueTask(job.Done);
    }

    /// <summary>Completes when no job is pending.</summary>
    public Task WhenIdleAsync() => _context.Pending.WhenIdleAsync();
}
