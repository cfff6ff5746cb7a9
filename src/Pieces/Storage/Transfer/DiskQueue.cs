using System.Threading.Channels;

namespace Pieces.Storage.Transfer;

/// <summary>Work that blocks on the disk or burns the processor; run by a <see cref="DiskQueue"/>.</summary>
internal abstract class DiskJob
{
    /// <summary>Does the work; what the disk refuses it reports itself.</summary>
    internal abstract void Run();

    /// <summary>Told when <see cref="Run"/> failed by a bug, so that whoever waits for the job does not wait for ever.</summary>
    internal abstract void Abandon(Exception bug);
}

/// <summary>
/// Runs disk jobs of all torrents of a client on a few workers, in no promised order. The queue itself has no bound: callers reserve memory
/// before they write and cap what they read, so it cannot fill.
/// </summary>
internal sealed class DiskQueue : IAsyncDisposable
{
    private const int MinWorkers = 2;
    private const int MaxWorkers = 8;

    private readonly Channel<DiskJob> _jobs = Channel.CreateUnbounded<DiskJob>();
    private readonly Task[] _workers;

    /// <summary>Starts the workers.</summary>
    public DiskQueue()
    {
        _workers = new Task[Math.Clamp(Environment.ProcessorCount, MinWorkers, MaxWorkers)];
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = Task.Run(WorkAsync);
    }

    /// <summary>Queues a job; never waits.</summary>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public void Enqueue(DiskJob job) => ObjectDisposedException.ThrowIf(!_jobs.Writer.TryWrite(job), this);

    /// <summary>Takes no more jobs, and ends when all that were queued are done.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        while (await _jobs.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_jobs.Reader.TryRead(out DiskJob? job))
                RunOne(job);
        }
    }

    private static void RunOne(DiskJob job)
    {
        try
        {
            job.Run();
        }
#pragma warning disable CA1031 // Nothing is hidden: the bug goes to the torrent whose job it was, and the workers live on for the others.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            job.Abandon(bug);
        }
    }
}
