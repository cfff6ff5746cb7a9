using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// The life of one torrent, from its first stage to its end. There is one inbox and one consumer: all changes to the torrent's state happen here, one
/// event after another. Apart from the inbox, nothing here waits while the torrent runs. The current <see cref="ITorrentStage"/> decides what to do
/// about an event.
/// </summary>
internal sealed class TorrentLoop
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    // Time limit for ending a torrent whose disk hangs. What is not finished by then never will be, and other torrents must not wait for it.
    private static readonly TimeSpan HangingLimit = TimeSpan.FromSeconds(3);

    private readonly TorrentContext _context;
    private readonly PeerDiscovery _discovery;
    private readonly TorrentStatus _status;
    private readonly TorrentInbox _inbox;
    private readonly NoticeSender _reporter;
    private readonly ILogger _logger;
    private ITorrentStage _stage;

    /// <summary>Prepares the torrent.</summary>
    /// <param name="context">What is known of the torrent, and its options.</param>
    /// <param name="torrent">The public handle.</param>
    /// <param name="discovery">Finds peers and connects to them.</param>
    public TorrentLoop(TorrentContext context, Torrent torrent, PeerDiscovery discovery)
    {
        _context = context;
        _discovery = discovery;
        _inbox = context.Inbox;
        _reporter = context.Reporter;
        _logger = context.Services.Logger;
        _status = new TorrentStatus(torrent, _inbox, discovery);
        _stage = context.FirstStage(new StageContext(discovery, _status));
    }

    private string Name => DisplayText.Escape(_status.Torrent.Metainfo?.Name ?? _context.InfoHash.ToString());

    /// <summary>Runs the torrent until it ends. Never faults. Returns the exception that made the torrent fail, or null.</summary>
    public async Task<Exception?> RunAsync()
    {
        Exception? failure;
        try
        {
            failure = await LiveAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A bug ends only this torrent. It is logged with its stack trace, and reported by the handle.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            _logger.Error(bug, "{InfoHash}: the torrent failed because of a bug in this program", _context.InfoHash);
            failure = bug;
        }

        (bool isOver, failure) = await EndAsync(failure).ConfigureAwait(false);
        if (isOver)
            await _stage.DisposeAsync().ConfigureAwait(false);
        return failure;
    }

    // Returns null when the torrent has reached its goal or was stopped, else the exception that made it fail.
    private async Task<Exception?> LiveAsync()
    {
        using var ticks = new TickTimer(_context.Services.TimeProvider, _inbox);
        _stage.Begin();
        while (true)
        {
            switch (Settle())
            {
                case StageOutcome.Done done:
                    if (done.Reason is not null)
                        _logger.Information("seeding ends: {Reason:l}", done.Reason);
                    return null;
                case StageOutcome.Failed failed:
                    return failed.Reason;
            }

            TorrentEvent e = await NextAsync().ConfigureAwait(false);
            switch (e)
            {
                case StopWanted:
                    return null;
                case TorrentFaulted faulted:
                    return faulted.Reason;
                case DiskSaid { Verdict: DiskFailed failed }:
                    return failed.Reason;
            }

            Route(e);

            // Only a tick publishes the current state. After any other event, the next tick must come soon.
            ticks.Period = e is Tick ? _stage.Pace : TickTimer.Busy;
        }
    }

    private async ValueTask<TorrentEvent> NextAsync()
    {
        TorrentEvent? e;
        while (!_inbox.TryTake(out e))
        {
            if (!await _inbox.WaitAsync(CancellationToken.None).ConfigureAwait(false))
                throw new UnreachableException("the inbox was closed under its loop");
        }

        return e!;
    }

    // Enters the following stages until one of them stays, ends or fails.
    private StageOutcome Settle()
    {
        StageOutcome outcome = _stage.Outcome;
        while (outcome is StageOutcome.Next next)
        {
            _stage = next.Stage;
            _stage.Begin();
            outcome = _stage.Outcome;
        }

        return outcome;
    }

    private void Route(TorrentEvent e)
    {
        switch (e)
        {
            case PeerSaid said:
                OnMessages(said);
                break;
            case DiskSaid disk:
                _stage.OnDisk(disk.Verdict);
                break;
            case PeerTook took:
                _stage.OnUploaded(_discovery.Admission.Find(took.Peer), took.Bytes);
                break;
            case Tick:
                OnTick();
                break;
            case PeerArrived arrived:
                OnArrived(arrived.Peer);
                break;
            case PeerGone gone:
                OnGone(gone);
                break;
            case DialFailed failed:
                _discovery.Admission.Failed(failed);
                DialMore();
                break;
            case PeersFound found:
                _discovery.Admission.Found(found);
                DialMore();
                break;
            case ShedWanted:
                _discovery.Admission.Shed();
                break;
            case NamesFound names:
                _discovery.Found(names);
                break;
            case TrackersGiven given:
                _discovery.Add(given.Urls);
                break;
            case LimitsSet limits:
                _discovery.Admission.Limits.Set(limits);
                break;
            case StageWork work:
                _stage.OnWork(work);
                break;
            case TrackerSaid tracker:
                _reporter.Tracker(tracker.Url, tracker.Peers, tracker.Error);
                break;
            case TrackerWarned warned:
                _reporter.Warn($"{warned.Url} sent a warning: {warned.Message}");
                break;
            case DhtSearched searched:
                _reporter.Dht(searched.Peers, searched.Answers, _discovery.Dht.Nodes);
                break;
            case WarningRaised warning:
                _reporter.Warn(warning.Message);
                break;
        }
    }

    private void OnMessages(PeerSaid said)
    {
        using (said.Batch)
        {
            if (_discovery.Admission.Find(said.Peer) is { } peer)
                _stage.OnMessages(peer, said.Batch);
        }

        _inbox.BatchDone(said.Batch);
    }

    private void OnArrived(HandshakenPeer arrived)
    {
        if (_discovery.Admission.Arrived(arrived) is { } peer)
        {
            _stage.OnPeerJoined(peer);
            _discovery.Dht.Greet(peer.Link);
            _reporter.Connected(arrived.RemoteEndPoint, peer);
        }

        DialMore();
    }

    private void OnGone(PeerGone gone)
    {
        if (_discovery.Admission.Gone(gone) is not { } peer)
            return;
        _stage.OnPeerLeft(peer);
        _discovery.Dht.Forget(peer);
        _reporter.Closed(gone.Peer.RemoteEndPoint, gone.Reason, peer.Client);
    }

    private void OnTick()
    {
        _stage.OnTick();
        _discovery.Admission.Tick();
        DialMore();
        _status.Publish(_stage);
        if (_stage.Demand == PeerDemand.Needed)
            _discovery.NeedPeers();
    }

    private void DialMore()
    {
        if (_stage.Demand != PeerDemand.None)
            _discovery.Admission.DialMore(_discovery.Stopping);
    }

    // IsOver is false if the torrent was abandoned because its disk hangs.
    private async Task<(bool IsOver, Exception? Failure)> EndAsync(Exception? failure)
    {
        bool isOver = true;
        try
        {
            Task<Exception?> leaving = TakeLeaveAsync(failure);
            isOver = failure is not StorageException { IsHanging: true } || await EndsInTimeAsync(leaving).ConfigureAwait(false);
            if (isOver)
                failure = await leaving.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the torrent must end for every caller that waits for its end.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            _logger.Error(bug, "{InfoHash}: the torrent could not be stopped cleanly because of a bug in this program", _context.InfoHash);
            failure ??= bug;
        }
        finally
        {
            _inbox.Close();
        }

        _status.Publish(_stage, failure is null ? TorrentPhase.Stopped : TorrentPhase.Failed);
        return (isOver, failure);
    }

    private async Task<bool> EndsInTimeAsync(Task leaving)
    {
        await leaving.WaitAsync(HangingLimit, _context.Services.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!leaving.IsCompleted)
            _logger.Debug("{InfoHash}: abandoned because its disk hangs", _context.InfoHash);
        return leaving.IsCompleted;
    }

    // Order: stop requesting, finish the disk jobs, save the state. The trackers are informed in parallel.
    private async Task<Exception?> TakeLeaveAsync(Exception? failure)
    {
        _status.Publish(_stage, TorrentPhase.Stopping);
        WaitsFor("lookups and the DHT");
        Task leaving = await _discovery.StopAsync().ConfigureAwait(false);
        WaitsFor("the work of the current stage");
        await _stage.StopAsync().ConfigureAwait(false);
        WaitsFor("connections and connection attempts");
        await _discovery.CloseAllAsync().ConfigureAwait(false);
        WaitsFor("the disk");
        if (_stage.Store is { } store && failure is null or StorageException)
            failure = await DrainAsync(store).ConfigureAwait(false) ?? failure;
        try
        {
            await _stage.CloseAsync().ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            // Only the first failure ends the torrent. A later failure may be its consequence, so it is only logged.
            if (failure is not null)
                _logger.Information("{Name:l}: not everything could be saved: {Reason:l}", Name, e.Message);
            failure ??= e;
        }

        WaitsFor("trackers");
        await leaving.ConfigureAwait(false);
        _inbox.Close();
        WaitsFor("reads from connections");
        await _inbox.WhenAbandonedAsync().ConfigureAwait(false);
        return failure;
    }

    // If ending takes too long, the last of these log lines shows why.
    private void WaitsFor(string part) => _logger.Debug("{Name:l}: shutdown waits for {Part:l}", Name, part);

    // All connections have ended. Handles the messages they still sent, then what the disk reports until it is idle, so that every finished piece is
    // part of the saved state.
    private async Task<Exception?> DrainAsync(ITorrentStore store)
    {
        using var limit = new CancellationTokenSource(DrainLimit, _context.Services.TimeProvider);
        StorageException? failure = null;
        HandleRest(ref failure);
        _stage.FlushIncomplete();
        try
        {
            // Handling a report can start another disk job. The disk is finished only when it is idle and has reported nothing since the last check.
            do
                await store.WhenIdleAsync().WaitAsync(limit.Token).ConfigureAwait(false);
            while (HandleRest(ref failure));
        }
        catch (OperationCanceledException)
        {
            _logger.Warning("{Name:l}: the disk did not finish its work within {Limit} s", Name, DrainLimit.TotalSeconds);
        }

        return failure;
    }

    // Returns true if the disk had reported something.
    private bool HandleRest(ref StorageException? failure)
    {
        bool hasVerdict = false;
        while (_inbox.TryTake(out TorrentEvent? e))
        {
            hasVerdict |= e is DiskSaid;
            if (e is DiskSaid { Verdict: DiskFailed failed })
                failure ??= failed.Reason;
            else if (e is DiskSaid or PeerSaid or PeerGone or PeerTook)
                Route(e);
            else
                _inbox.Discard(e!);
        }

        return hasVerdict;
    }
}
