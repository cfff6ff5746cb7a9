using System.Runtime.CompilerServices;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>A torrent of a <see cref="TorrentClient"/>: the public handle. Safe for all threads.</summary>
public sealed class Torrent
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Metainfo> _metadata = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly Action<TorrentEvent> _post;
    private TorrentSnapshot _snapshot = new();

    internal Torrent(InfoHash infoHash, TimeProvider time, Action<TorrentEvent> post)
    {
        InfoHash = infoHash;
        _time = time;
        _post = post;
    }

    /// <summary>The swarm's name.</summary>
    public InfoHash InfoHash { get; }

    /// <summary>What it is about; null as long as a magnet link's metadata has not been fetched.</summary>
    public Metainfo? Metainfo => _metadata.Task.IsCompletedSuccessfully ? _metadata.Task.Result : null;

    /// <summary>
    /// Ends when it is known what the torrent is about: at once, or for a magnet link when its metadata is here. Faults and is cancelled as
    /// <see cref="Completion"/>.
    /// </summary>
    public Task<Metainfo> Metadata => _metadata.Task;

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
    /// Announces it to further trackers as well, behind its own ones. Trackers that it has already are left out, and so are all when
    /// <see cref="TorrentOptions.UseTrackers"/> is off.
    /// </summary>
    /// <param name="urls">Announce URLs: <c>http</c>, <c>https</c> or <c>udp</c>. An URL that cannot be used is left out, with a line in the log.</param>
    public void AddTrackers(IEnumerable<string> urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        _post(new TrackersGiven([.. urls]));
    }

    /// <summary>
    /// Stops it: saves the state, tells the trackers (2 s at most), closes the peers; 5 s for all. Ends when that is done, and never faults.
    /// </summary>
    public Task StopAsync()
    {
        _post(StopWanted.Instance);
        return _stopped.Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Whether peers that dial us are taken; read by the listener's tasks.</summary>
    internal bool TakesPeers =>
        Snapshot.Phase is TorrentPhase.Downloading or TorrentPhase.Seeding or TorrentPhase.FindingPeers or TorrentPhase.FetchingMetadata;

    internal void MarkKnown(Metainfo metainfo) => _metadata.TrySetResult(metainfo);

    internal void Publish(TorrentSnapshot snapshot) => Volatile.Write(ref _snapshot, snapshot);

    internal void MarkComplete() => _completion.TrySetResult();

    internal void MarkStopped()
    {
        _metadata.TrySetCanceled();
        _completion.TrySetCanceled();
        _stopped.TrySetResult();
    }

    internal void MarkFailed(Exception reason)
    {
        _metadata.TrySetException(reason);
        _completion.TrySetException(reason);
        _stopped.TrySetException(reason);

        // All say the same; a caller that awaits one of them has heard it.
        _ = _metadata.Task.Exception;
        _ = _completion.Task.Exception;
        _ = _stopped.Task.Exception;
    }
}
