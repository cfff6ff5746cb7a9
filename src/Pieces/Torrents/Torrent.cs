using System.Runtime.CompilerServices;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>A torrent of a <see cref="TorrentClient"/>: the public handle. Safe for all threads.</summary>
public sealed class Torrent
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly Action _stop;
    private TorrentSnapshot _snapshot = new();

    internal Torrent(Metainfo metainfo, TimeProvider time, Action stop)
    {
        Metainfo = metainfo;
        _time = time;
        _stop = stop;
    }

    /// <summary>What it is about.</summary>
    public Metainfo Metainfo { get; }

    /// <summary>The present state.</summary>
    public TorrentSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>
    /// Ends when all wanted pieces are verified and on the disk under their final names; faults with a <see cref="PiecesException"/> if the torrent
    /// failed; is cancelled if it was stopped before.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Ends when the torrent has stopped altogether: completed without seeding, seeding goal reached, or stopped by the user. Faults if it failed.
    /// </summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Whether every tracker has refused this torrent and none has named peers.</summary>
    public bool EveryTrackerRefused { get; internal set; }

    /// <summary>The present state, then again every <paramref name="interval"/>; ends after the state in which it stopped.</summary>
    public async IAsyncEnumerable<TorrentSnapshot> WatchAsync(
        TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var timer = new PeriodicTimer(interval, _time);
        Task<bool>? tick = null;
        while (!_stopped.Task.IsCompleted)
        {
            yield return Snapshot;
            tick ??= timer.WaitForNextTickAsync(cancellationToken).AsTask();
            await Task.WhenAny(tick, _stopped.Task).ConfigureAwait(false);
            if (tick.IsCompleted)
            {
                await tick.ConfigureAwait(false);
                tick = null;
            }
        }

        yield return Snapshot;
    }

    /// <summary>
    /// Stops it: saves the state, tells the trackers (2 s at most), closes the peers; 5 s for all. Ends when that is done, and never faults.
    /// </summary>
    public Task StopAsync()
    {
        _stop();
        return _stopped.Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    internal void Publish(TorrentSnapshot snapshot) => Volatile.Write(ref _snapshot, snapshot);

    internal void MarkComplete() => _completion.TrySetResult();

    internal void MarkStopped()
    {
        _completion.TrySetCanceled();
        _stopped.TrySetResult();
    }

    internal void MarkFailed(Exception reason)
    {
        _completion.TrySetException(reason);
        _stopped.TrySetException(reason);

        // Both say the same; a caller that awaits one of them has heard it.
        _ = _completion.Task.Exception;
        _ = _stopped.Task.Exception;
    }
}
