using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Transfer;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Opens the storage and checks the existing data. The peers of a torrent that began as a magnet link stay connected meanwhile, but no data is
/// transferred yet.
/// </summary>
internal sealed class CheckingStage : ITorrentStage, IProgress<CheckProgress>
{
    private readonly TorrentPlan _plan;
    private readonly StageContext _context;
    private readonly EarlyPeers _early;
    private readonly List<DiskEvent> _verdicts = [];
    private ITorrentStore? _store;
    private Task _opening = Task.CompletedTask;
    private TorrentSnapshot _progress = new() { Phase = TorrentPhase.Checking };
    private long _progressAt;
    private bool _isHangingSaid;

    /// <summary>Creates an instance. The disk is not accessed before <see cref="Begin"/>.</summary>
    /// <param name="plan">The torrent and its options.</param>
    /// <param name="context">Shared by all stages.</param>
    /// <param name="early">Peers that are already connected; none unless the torrent began as a magnet link.</param>
    public CheckingStage(TorrentPlan plan, StageContext context, EarlyPeers early)
    {
        _plan = plan;
        _context = context;
        _early = early;
    }

    /// <inheritdoc/>
    public TorrentPhase Phase => TorrentPhase.Checking;

    /// <inheritdoc/>
    public PeerDemand Demand => PeerDemand.None;

    /// <inheritdoc/>
    public ITorrentStore? Store => null;

    /// <inheritdoc/>
    public StageOutcome Outcome { get; private set; } = StageOutcome.Stay.Instance;

    /// <inheritdoc/>
    public AnnounceCounters Counters => MetadataStage.UnknownCounters;

    /// <inheritdoc/>
    public TimeSpan Pace => TickTimer.Busy;

    /// <inheritdoc/>
    public TorrentSnapshot Draw() => Volatile.Read(ref _progress);

    /// <summary>Records the progress of the check. Called on any thread; the progress is shown at the next tick.</summary>
    public void Report(CheckProgress value)
    {
        Volatile.Write(ref _progressAt, _plan.Services.TimeProvider.GetTimestamp());
        Volatile.Write(
            ref _progress,
            new TorrentSnapshot { Phase = TorrentPhase.Checking, BytesChecked = value.BytesChecked, BytesToCheck = value.BytesToCheck });
    }

    /// <inheritdoc/>
    public void Begin()
    {
        _context.Status.Publish(this);
        _store = _plan.CreateStore();
        _progressAt = _plan.Services.TimeProvider.GetTimestamp();
        _opening = OpenAsync(_store, _context.Contacts.Stopping);
    }

    /// <inheritdoc/>
    public void OnWork(StageWork work)
    {
        if (work is StorageReady opened)
            Outcome = new StageOutcome.Next(TransferBuilder.Build(_plan, _context, _store!, new TransferStart(opened.Opening, _verdicts, _early)));
    }

    /// <inheritdoc/>
    public void OnPeerJoined(PeerState peer) => _early.OnJoined(peer);

    /// <inheritdoc/>
    public void OnMessages(PeerState peer, PeerBatch batch) => _early.OnMessages(peer, batch);

    /// <inheritdoc/>
    public void OnUploaded(PeerState? peer, long bytes)
    {
    }

    /// <inheritdoc/>
    public void OnPeerLeft(PeerState peer) => _early.OnLeft(peer);

    /// <inheritdoc/>
    public void OnDisk(DiskEvent verdict) => _verdicts.Add(verdict);

    /// <inheritdoc/>
    public void OnTick()
    {
        // A thread that waits for the disk cannot be stopped, so we can only warn.
        if (_isHangingSaid || _plan.Services.TimeProvider.GetElapsedTime(Volatile.Read(ref _progressAt)) < DiskQueue.Patience)
            return;
        _isHangingSaid = true;
        string folder = _plan.Options.OutputDirectory;
        _plan.Reporter.Warn(FormattableString.Invariant(
            $"{folder}: the disk has not responded for {DiskQueue.Patience.TotalSeconds} s while the data is checked; still waiting for it"));
    }

    /// <inheritdoc/>
    public Task StopAsync() => _opening;

    /// <inheritdoc/>
    public void FlushIncomplete()
    {
    }

    /// <inheritdoc/>
    public Task CloseAsync() => _store?.CloseAsync() ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task OpenAsync(ITorrentStore store, CancellationToken cancellationToken)
    {
        // Reading the disk takes time, and the loop must not be blocked meanwhile.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            _plan.Inbox.Post(new StorageReady(await store.OpenAsync(this, cancellationToken).ConfigureAwait(false)));
        }
        catch (OperationCanceledException)
        {
            _plan.Services.Logger.Debug("{InfoHash}: stopped while its data was checked", _plan.InfoHash);
        }
#pragma warning disable CA1031 // No exception is hidden: any exception makes the torrent fail, and its handle reports it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _plan.Inbox.Post(new TorrentFaulted(e));
        }
    }
}

/// <summary>The existing data has been checked.</summary>
internal sealed record StorageReady(StorageOpenResult Opening) : StageWork;
