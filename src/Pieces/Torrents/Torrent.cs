using System.Runtime.CompilerServices;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>Public handle of one torrent of a <see cref="TorrentClient"/>. Thread-safe.</summary>
public sealed class Torrent : IAsyncDisposable
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Metainfo> _metadata = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClientServices _services;
    private readonly Action<TorrentEvent> _post;
    private readonly Lock _gate = new();
    private LimitsSet _limits;
    private TorrentSnapshot _snapshot = new();

    internal Torrent(InfoHash infoHash, ClientServices services, Action<TorrentEvent> post, LimitsSet limits)
    {
        InfoHash = infoHash;
        _services = services;
        _post = post;
        _limits = limits;
    }

    /// <summary>The info-hash, which identifies the swarm.</summary>
    public InfoHash InfoHash { get; }

    /// <summary>The metainfo; null while the metadata of a magnet link has not been fetched.</summary>
    public Metainfo? Metainfo => _metadata.Task.IsCompletedSuccessfully ? _metadata.Task.Result : null;

    /// <summary>
    /// A task that completes when the metainfo is known: at once, or for a magnet link when its metadata has been fetched. It faults or is cancelled
    /// in the same cases as <see cref="Completion"/>.
    /// </summary>
    public Task<Metainfo> Metadata => _metadata.Task;

    /// <summary>The current state.</summary>
    public TorrentSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>
    /// A task that completes when all wanted pieces are verified and on disk under their final names. It faults with a <see cref="PiecesException"/>
    /// if the torrent fails. It is cancelled if the torrent is stopped before completion.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// A task that completes when the torrent has stopped, because it was complete and does not seed, reached a seeding goal, or was stopped by the
    /// user. It faults if the torrent failed.
    /// </summary>
    public Task Stopped => _stopped.Task;

    /// <summary>
    /// Returns the current state, then the state after every <paramref name="interval"/>. The last item is the state in which the torrent stopped.
    /// </summary>
    public async IAsyncEnumerable<TorrentSnapshot> WatchAsync(
        TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var timer = new PeriodicTimer(interval, _services.TimeProvider);
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
    /// Maximum download rate of this torrent in bytes per second, protocol overhead included; the client's limit applies as well. Initially
    /// <see cref="TorrentOptions.DownloadLimit"/>. A change takes effect within moments.
    /// </summary>
    public ByteRate DownloadLimit
    {
        get => Volatile.Read(ref _limits).Download;
        set => Change(limits => limits with { Download = value });
    }

    /// <summary>
    /// Maximum upload rate of this torrent in bytes per second, protocol overhead included; the client's limit applies as well. Initially
    /// <see cref="TorrentOptions.UploadLimit"/>. A change takes effect within moments.
    /// </summary>
    public ByteRate UploadLimit
    {
        get => Volatile.Read(ref _limits).Upload;
        set => Change(limits => limits with { Upload = value });
    }

    /// <summary>
    /// Adds trackers to announce the torrent to, in addition to its own. Trackers that it already has are ignored. All are ignored if
    /// <see cref="TorrentOptions.UseTrackers"/> is off.
    /// </summary>
    /// <param name="urls">Announce URLs: <c>http</c>, <c>https</c> or <c>udp</c>. A URL that cannot be used is logged and ignored.</param>
    public void AddTrackers(IEnumerable<string> urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        _post(new TrackersGiven([.. urls]));
    }

    /// <summary>
    /// Stops the torrent: saves its state, sends <c>stopped</c> to the trackers (at most 2 s) and closes the peer connections; at most 5 s in total.
    /// The returned task completes when that is done, and never faults.
    /// </summary>
    public Task StopAsync()
    {
        _post(StopWanted.Instance);
        return _stopped.Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Stops the torrent, as <see cref="StopAsync"/> does.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>Whether the torrent is one of the client with these services, whether it is running or has stopped.</summary>
    internal bool BelongsTo(ClientServices services) => ReferenceEquals(_services, services);

    /// <summary>Whether inbound connections are accepted. Read by the listener's tasks.</summary>
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

        // All three tasks have the same exception. Reading it marks it as observed, so that a caller needs to await only one of them.
        _ = _metadata.Task.Exception;
        _ = _completion.Task.Exception;
        _ = _stopped.Task.Exception;
    }

    private void Change(Func<LimitsSet, LimitsSet> change)
    {
        lock (_gate)
        {
            LimitsSet limits = change(_limits);
            Volatile.Write(ref _limits, limits);
            _post(limits);
        }
    }
}
