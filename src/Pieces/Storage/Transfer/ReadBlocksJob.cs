namespace Pieces.Storage.Transfer;

/// <summary>Reads blocks for upload; <see cref="Done"/> reports every failure.</summary>
internal sealed class ReadBlocksJob : DiskJob
{
    private readonly StorageContext _context;
    private readonly IReadOnlyList<BlockRead> _reads;
    private readonly CancellationToken _cancellationToken;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
        try
        {
            if (_cancellationToken.IsCancellationRequested)
            {
                _done.SetCanceled(_cancellationToken);
            }
            else
            {
                _context.Reader.Read(_reads);
                _done.SetResult();
            }
        }
        catch (StorageException e)
        {
            _done.SetException(e);
        }

        _context.Pending.Leave();
    }

    internal override void Abandon(Exception bug)
    {
        _done.TrySetException(bug);
        _context.Pending.Leave();
    }
}
