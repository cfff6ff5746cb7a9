namespace Pieces.Storage.Transfer;

/// <summary>
/// Reads blocks for upload; <see cref="Done"/> reports every failure. The code that waits for the blocks continues on the disk thread: it sends them,
/// which does not block, and often queues the next read, which this thread then takes. Two changes of threads for each read would cost more than
/// reading from the page cache.
/// </summary>
internal sealed class ReadBlocksJob : DiskJob
{
    private readonly StorageContext _context;
    private readonly IReadOnlyList<BlockRead> _reads;
    private readonly CancellationToken _cancellationToken;
    private readonly TaskCompletionSource _done = new();

    internal ReadBlocksJob(StorageContext context, IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken)
    {
        _context = context;
        _reads = reads;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Completes when the read ends. Until then the destinations are in use, even after a cancellation.</summary>
    internal Task Done => _done.Task;

    internal override void Run()
    {
        StorageException? failure = null;
        bool isCancelled = _cancellationToken.IsCancellationRequested;
        try
        {
            if (!isCancelled)
                _context.Reader.Read(_reads);
        }
        catch (StorageException e)
        {
            failure = e;
        }

        _context.Pending.Leave();
        if (isCancelled)
            _done.SetCanceled(_cancellationToken);
        else if (failure is not null)
            _done.SetException(failure);
        else
            _done.SetResult();
    }

    internal override void Abandon(Exception bug)
    {
        _context.Pending.Leave();
        _done.TrySetException(bug);
    }
}
