using Pieces.Peers;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Torrents.Uploading;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>The starting point of a transfer.</summary>
/// <param name="Opening">The result of the check.</param>
/// <param name="Verdicts">What the disk reported during the check: the files that the check has finished.</param>
/// <param name="Early">Peers that joined before the metadata was known.</param>
internal sealed record TransferStart(StorageOpenResult Opening, IReadOnlyList<DiskEvent> Verdicts, EarlyPeers Early);

/// <summary>The progress of a transfer.</summary>
/// <param name="Stats">Counts the transferred bytes.</param>
/// <param name="Completion">Decides whether the torrent is complete.</param>
/// <param name="Goal">Decides when the torrent ends.</param>
internal sealed record TransferProgress(TransferStats Stats, CompletionState Completion, SeedingGoal Goal);

/// <summary>
/// Downloads missing pieces and uploads existing ones. It only routes events to the peers, the pieces and the progress of the transfer, and carries
/// out what follows from completion.
/// </summary>
internal sealed class TransferStage : ITorrentStage
{
    private readonly TorrentPlan _plan;
    private readonly StageContext _context;
    private readonly ITorrentStore _store;
    private readonly TransferPeers _peers;
    private readonly TransferPieces _pieces;
    private readonly TransferProgress _progress;
    private bool _isStopping;
    private Exception? _failure;

    /// <summary>Creates an instance. Nothing is transferred before <see cref="Begin"/>.</summary>
    public TransferStage(
        TorrentPlan plan, StageContext context, ITorrentStore store, TransferPeers peers, TransferPieces pieces, TransferProgress progress)
    {
        _plan = plan;
        _context = context;
        _store = store;
        _peers = peers;
        _pieces = pieces;
        _progress = progress;
    }

    /// <summary>The starting point of the transfer.</summary>
    public required TransferStart Start { get; init; }

    /// <summary>Passes the content of a stream to its target; null for a download to files.</summary>
    public required ContentHandover? Handover { get; init; }

    /// <inheritdoc/>
    public TorrentPhase Phase => _progress.Completion.IsComplete ? TorrentPhase.Seeding : TorrentPhase.Downloading;

    /// <inheritdoc/>
    public PeerDemand Demand => _progress.Completion.IsComplete ? PeerDemand.Welcome : PeerDemand.Needed;

    /// <inheritdoc/>
    public StageOutcome Outcome => _failure is not null ? new StageOutcome.Failed(_failure)
        : _progress.Goal.IsReached ? new StageOutcome.Done(_progress.Goal.WhySeedingEnds)
        : StageOutcome.Stay.Instance;

    /// <inheritdoc/>
    public ITorrentStore? Store => _store;

    /// <inheritdoc/>
    public AnnounceCounters Counters => _progress.Goal.Counters;

    /// <inheritdoc/>
    public TimeSpan Pace
    {
        get
        {
            TorrentSnapshot now = _context.Status.Torrent.Snapshot;
            PeerAdmission admission = _context.Contacts.Admission;
            if (now.DownloadRate > 0 || now.UploadRate > 0)
                return TickTimer.Busy;
            if (!_progress.Completion.IsComplete || !admission.IsAlone)
                return now.Elapsed < TickTimer.Settling ? TickTimer.Busy : TickTimer.Counting;
            if (_plan.Options.Seed is { Time: not null } or { Idle: not null })
                return TickTimer.Counting;
            return admission.HasHope ? TickTimer.Waiting : TickTimer.Quiet;
        }
    }

    /// <inheritdoc/>
    public TorrentSnapshot Draw() =>
        _progress.Stats.Draw(Phase, _progress.Completion.CompletedAt) with { WaitsForReader = _pieces.WaitsForReader };

    /// <inheritdoc/>
    public void Begin()
    {
        StorageOpenResult opening = Start.Opening;
        foreach (string warning in opening.Warnings)
            _plan.Reporter.Warn(warning);
        _peers.TakeOver(Start.Early, _plan.Metainfo.Layout.PieceCount);
        if (_plan.Options.SeedOnly && opening.Have.Count == 0)
        {
            _failure = new NothingToSeedException(_plan.Options.OutputDirectory);
            return;
        }

        _plan.Reporter.Started(opening.Have.Count, _plan.Metainfo.Layout.PieceCount);
        _context.Status.Publish(this);
        _progress.Goal.TellFinished(opening);
        foreach (FileFinished file in Start.Verdicts.OfType<FileFinished>())
            _progress.Goal.OnFile(file);
        _progress.Completion.Begin();
        CheckComplete();
        if (_progress.Goal.IsReached)
            return;

        PeerDiscovery discovery = _context.Contacts;
        Handover?.Start(discovery.Stopping);
        if (!discovery.IsUnderWay)
            discovery.Begin(_plan.TrackerOptions(), _plan.Metainfo.IsPrivate ? null : _plan.Metainfo.Nodes);
        discovery.Admission.DialMore(discovery.Stopping);
    }

    /// <inheritdoc/>
    public void OnWork(StageWork work)
    {
        if (work is not ContentDelivered)
            return;
        _progress.Completion.OnDelivered();
        CheckComplete();
    }

    /// <inheritdoc/>
    public void OnPeerJoined(PeerState peer) => _peers.OnJoined(peer);

    /// <inheritdoc/>
    public void OnMessages(PeerState peer, PeerBatch batch) => _peers.OnMessages(peer, batch);

    /// <inheritdoc/>
    public void OnUploaded(PeerState? peer, long bytes)
    {
        if (peer is { Uploaded.Total: 0 })
            _plan.Reporter.Served(peer);
        _progress.Stats.OnUploaded(peer, bytes);
    }

    /// <inheritdoc/>
    public void OnPeerLeft(PeerState peer)
    {
        _peers.OnLeft(peer);
        _pieces.RequestFreed();
    }

    /// <inheritdoc/>
    public void OnDisk(DiskEvent verdict)
    {
        if (verdict is FileFinished file)
            _progress.Goal.OnFile(file);
        else
            _pieces.OnDisk(verdict);
        CheckComplete();
    }

    /// <inheritdoc/>
    public void OnTick()
    {
        bool isComplete = _progress.Completion.IsComplete;
        _pieces.Tick();
        _peers.Tick(_progress.Stats.Now, isComplete);
        if (isComplete)
            CloseUseless();
    }

    /// <inheritdoc/>
    public Task StopAsync()
    {
        _isStopping = true;
        _pieces.StopRequesting();
        return Handover?.Ended ?? Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void FlushIncomplete() => _pieces.CloseOpen();

    /// <inheritdoc/>
    public async Task CloseAsync()
    {
        _pieces.ConcludeLosses();
        try
        {
            await _store.CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _pieces.Abandon();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    // A torrent that is being stopped is not marked as complete any more. The next run will find it complete.
    private void CheckComplete()
    {
        if (_isStopping || !_progress.Completion.TryComplete())
            return;
        _context.Status.Publish(this);
        Torrent torrent = _context.Status.Torrent;
        torrent.MarkComplete();
        _plan.Reporter.Completed(torrent.Snapshot);
        TrackerClient? trackers = _context.Contacts.Trackers;
        bool hasAll = _progress.Goal.Left == 0;
        if (hasAll && !_progress.Completion.BeganComplete)
            trackers?.Completed();
        if (!_progress.Goal.IsReached)
        {
            foreach (PeerState peer in _context.Contacts.Admission.Peers.Pool.Peers)
                _peers.Update(peer);
            if (!hasAll)
                trackers?.BecamePartialSeed();
        }

        CloseUseless();
    }

    private void CloseUseless()
    {
        foreach (PeerState peer in _context.Contacts.Admission.Peers.Pool.Peers)
        {
            if (SeedRule.WhyUseless(peer) is { } reason)
                peer.Close(PeerEnding.Useless, reason);
        }
    }
}
