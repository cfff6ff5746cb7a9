using System.Diagnostics;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Streaming;
using Pieces.Trackers;
using Serilog;

namespace Pieces.Torrents;

/// <summary>
/// The life of one torrent: looks at the data, exchanges it, and takes its leave. One inbox, one consumer: everything about the torrent's state happens
/// here, one event after another, and nothing here waits but for the inbox.
/// </summary>
internal sealed class TorrentLoop : IAsyncDisposable
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    private readonly TorrentSetup _setup;
    private readonly Torrent _torrent;
    private readonly ITorrentStore _storage;
    private readonly ILogger _logger;
    private readonly List<FileFinished> _finishedEarly = [];
    private readonly TorrentContacts _contacts;
    private readonly ContentHandover? _handover;
    private TorrentPhase _phase = TorrentPhase.Checking;
    private TorrentSession? _session;
    private TransferStats? _stats;
    private CompletionState? _completion;
    private TorrentGoal? _goal;

    /// <summary>Makes the loop of a torrent that is known.</summary>
    /// <param name="setup">What it is and is to do.</param>
    /// <param name="torrent">Its public handle.</param>
    /// <param name="contacts">What brings its peers; under way already when it began as a magnet link.</param>
    public TorrentLoop(TorrentSetup setup, Torrent torrent, TorrentContacts contacts)
    {
        _setup = setup;
        _torrent = torrent;
        _logger = setup.Services.Logger;
        _contacts = contacts;
        _storage = setup.CreateStore();
        if (_storage is StreamStorage stream)
            _handover = new ContentHandover(stream, setup.Options.Stream!.Target, setup.Inbox);
    }

    /// <summary>Lives the torrent's life; never faults: its end is told through the public handle.</summary>
    public async Task RunAsync()
    {
        _torrent.Publish(new TorrentSnapshot { Phase = TorrentPhase.Checking });
        Task opening = OpenAsync(_contacts.Stopping);
        Exception? failure;
        try
        {
            failure = await ConsumeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A bug ends this torrent and no other; it is logged with its stack and told to whoever waits.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            _logger.Error(bug, "{InfoHash}: the torrent failed by a fault of this program", _setup.Metainfo.InfoHash);
            failure = bug;
        }

        await EndAsync(opening, failure).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        // Looking at the disk takes its time, and the loop is to hear a stop meanwhile.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            StorageOpening opening = await _storage.OpenAsync(new CheckReport(_torrent, cancellationToken), cancellationToken).ConfigureAwait(false);
            _setup.Inbox.Post(new StorageOpened(opening));
        }
        catch (OperationCanceledException)
        {
            _logger.Debug("{InfoHash}: stopped while its data was looked at", _setup.Metainfo.InfoHash);
        }
        catch (Exception e)
        {
            _setup.Inbox.Post(new TorrentFaulted(e));
        }
    }

    // Ends with null when the torrent has done what it was to do or was stopped, else with what made it fail.
    private async Task<Exception?> ConsumeAsync()
    {
        using var ticks = new TickTimer(_setup.Services.TimeProvider, _setup.Inbox);
        while (await _setup.Inbox.WaitAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (_setup.Inbox.TryTake(out TorrentEvent? e))
            {
                switch (e)
                {
                    case StopWanted:
                        return null;
                    case TorrentFaulted faulted:
                        return faulted.Reason;
                    case DiskSaid { Verdict: DiskFailed failed }:
                        return failed.Reason;
                }

                Route(e!);
                if (_goal?.IsReached == true)
                {
                    if (_goal.WhySeedingEnds is { } reason)
                        _logger.Information("seeding ends: {Reason:l}", reason);
                    return null;
                }

                // Only a tick has just shown the state of the moment; whatever else happens, the next is due soon.
                ticks.Period = e is Tick ? PeriodAfterTick() : TickTimer.Busy;
            }
        }

        throw new UnreachableException("the inbox was closed under its loop");
    }

    private void Route(TorrentEvent e)
    {
        switch (e)
        {
            case StorageOpened opened:
                Begin(opened.Opening);
                break;
            case Tick:
                OnTick();
                break;
            case DiskSaid { Verdict: FileFinished file } when _goal is null:
                // Opening finishes files too, and says so before it is over.
                _finishedEarly.Add(file);
                break;
            case DiskSaid { Verdict: FileFinished file }:
                _goal.OnFile(file);
                CheckComplete();
                break;
            case DiskSaid disk:
                _session?.OnDisk(disk.Verdict);
                CheckComplete();
                break;
            case ContentDelivered:
                _completion?.OnDelivered();
                CheckComplete();
                break;
            case TrackerSaid or TrackerWarned or DhtSearched or WarningRaised:
                _contacts.Tell(e);
                break;
            default:
                if (_session is null)
                    _contacts.Lobby.OnPeer(e);
                else
                    _session.OnPeer(e);
                if (e is PeerSaid)
                    _setup.Inbox.BatchDone();
                else if (e is PeersFound or DialFailed or PeerArrived)
                    _session?.DialMore(_contacts.Stopping);
                break;
        }
    }

    private void Begin(StorageOpening opening)
    {
        foreach (string warning in opening.Warnings)
            _setup.Reporter.Warn(warning);
        TorrentParts parts = TorrentParts.Create(_setup, _storage, opening, _contacts);
        _stats = parts.Stats;
        _session = new TorrentSession(parts, _setup.Services.Ports);
        _session.TakeOver(_contacts.Lobby);
        _completion = parts.Completion;
        _goal = new TorrentGoal(_setup, parts);
        if (_setup.Options.SeedOnly && opening.Have.Count == 0)
        {
            _setup.Inbox.Post(new TorrentFaulted(new NothingToSeedException(_setup.Options.OutputDirectory)));
            return;
        }

        _setup.Reporter.Started(opening.Have.Count, _setup.Metainfo.Layout.PieceCount);
        MoveTo(TorrentPhase.Downloading);
        _goal.TellFinished(opening.FinishedFiles);
        _finishedEarly.ForEach(_goal.OnFile);
        _completion.Begin();
        CheckComplete();
        if (_goal.IsReached)
            return;

        _handover?.Start(_contacts.Stopping);
        _setup.Inbox.Counters = _goal.Counters;
        if (!_contacts.IsUnderWay)
            _contacts.Begin(_setup.Options.Peers, _setup.TrackerOptions(), _setup.Metainfo.IsPrivate ? null : _setup.Metainfo.Nodes);
        _session.DialMore(_contacts.Stopping);
    }

    private void OnTick()
    {
        if (_session is null || _goal is null)
            return;
        _session.OnTick(_contacts.Stopping);
        _setup.Inbox.Counters = _goal.Counters;
        if (_session.IsAlone && _phase == TorrentPhase.Downloading)
            _contacts.Trackers?.NeedPeers();
        if (_session.LacksPeers && _phase == TorrentPhase.Downloading)
            _contacts.Dht.NeedPeers();
        _torrent.Publish(Draw(_phase));
    }

    private TorrentSnapshot Draw(TorrentPhase phase) => _stats is null
        ? new TorrentSnapshot { Phase = phase }
        : _stats.Draw(phase, _completion!.CompletedAt) with
        {
            WaitsForReader = _session!.WaitsForReader,
            DhtNodes = _contacts.Dht.Nodes,
            EveryTrackerRefused = _contacts.EveryTrackerRefused,
        };

    private TimeSpan PeriodAfterTick()
    {
        TorrentSnapshot now = _torrent.Snapshot;
        if (_session is null || now.DownloadRate > 0 || now.UploadRate > 0)
            return TickTimer.Busy;
        if (_phase != TorrentPhase.Seeding || !_session.IsAlone)
            return now.Elapsed < TickTimer.Settling ? TickTimer.Busy : TickTimer.Counting;
        if (_setup.Options.Seed is { Time: not null } or { Idle: not null })
            return TickTimer.Counting;
        return _session.HasHope ? TickTimer.Waiting : TickTimer.Quiet;
    }

    private void CheckComplete()
    {
        if (_phase != TorrentPhase.Downloading || !_completion!.TryComplete())
            return;
        MoveTo(TorrentPhase.Seeding);
        _setup.Inbox.Counters = _goal!.Counters;
        _torrent.MarkComplete();
        _setup.Reporter.Completed(_torrent.Snapshot);
        if (!_completion.BeganComplete && _goal.Left == 0)
            _contacts.Trackers?.Completed();
        if (!_goal.IsReached)
            BecomeSeed();
        _session!.CloseSeeds();
    }

    private void BecomeSeed()
    {
        _session!.TellUploadOnly();
        if (_goal!.Left > 0)
            _contacts.Trackers?.BecamePartialSeed();
    }

    private void MoveTo(TorrentPhase next)
    {
        bool isAllowed = (_phase, next) switch
        {
            (TorrentPhase.Checking, TorrentPhase.Downloading) => true,
            (TorrentPhase.Downloading, TorrentPhase.Seeding) => true,
            (TorrentPhase.Stopping, TorrentPhase.Stopped or TorrentPhase.Failed) => true,
            (not TorrentPhase.Stopped and not TorrentPhase.Failed, TorrentPhase.Stopping) => true,
            _ => false,
        };
        if (!isAllowed)
            throw new UnreachableException($"a torrent cannot go from {_phase} to {next}");
        _phase = next;
        _torrent.Publish(Draw(next));
    }

    private async Task EndAsync(Task opening, Exception? failure)
    {
        try
        {
            failure = await TakeLeaveAsync(opening, failure).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever goes wrong here, the torrent must be over for whoever waits for its end.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            _logger.Error(bug, "{InfoHash}: the torrent could not end in order, by a fault of this program", _setup.Metainfo.InfoHash);
            failure ??= bug;
        }
        finally
        {
            _setup.Inbox.Close();
        }

        MoveTo(failure is null ? TorrentPhase.Stopped : TorrentPhase.Failed);
        if (failure is null)
            _torrent.MarkStopped();
        else
            _torrent.MarkFailed(failure);
    }

    // No new requests, then what is under way to the disk, then the state; the trackers hear of it beside that.
    private async Task<Exception?> TakeLeaveAsync(Task opening, Exception? failure)
    {
        MoveTo(TorrentPhase.Stopping);
        if (_goal is not null)
            _setup.Inbox.Counters = _goal.Counters;
        Task leaving = await _contacts.StopAsync().ConfigureAwait(false);
        await opening.ConfigureAwait(false);
        if (_handover is not null)
            await _handover.Ended.ConfigureAwait(false);
        _session?.StopAsking();
        await _contacts.CloseAllAsync().ConfigureAwait(false);
        if (_session is not null)
        {
            if (failure is null or StorageException)
                failure = await DrainAsync(_session).ConfigureAwait(false) ?? failure;
        }

        try
        {
            await _storage.CloseAsync().ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            // The first failure is what the user is to hear; this one may only be its echo.
            _logger.Warning("{Name:l}: not everything could be saved: {Reason:l}", DisplayText.Escape(_setup.Metainfo.Name), e.Message);
            failure ??= e;
        }

        _session?.Abandon();
        await leaving.ConfigureAwait(false);
        _setup.Inbox.Close();
        await _setup.Inbox.WhenAbandonedAsync().ConfigureAwait(false);
        return failure;
    }

    // All connections have ended. Handles what they still sent, then what the disk reports until it is idle, so that every finished piece is in the state.
    private async Task<Exception?> DrainAsync(TorrentSession session)
    {
        using var limit = new CancellationTokenSource(DrainLimit, _setup.Services.TimeProvider);
        StorageException? failure = null;
        HandleRest(ref failure);
        session.CloseOpenPieces();
        try
        {
            // A verdict can start another job, so the disk is at rest only when it was idle and had reported nothing since the last look.
            do
                await _storage.WhenIdleAsync().WaitAsync(limit.Token).ConfigureAwait(false);
            while (HandleRest(ref failure));
        }
        catch (OperationCanceledException)
        {
            string name = DisplayText.Escape(_setup.Metainfo.Name);
            _logger.Warning("{Name:l}: the disk did not finish its work within {Limit} s", name, DrainLimit.TotalSeconds);
        }

        return failure;
    }

    // True when the disk had reported something.
    private bool HandleRest(ref StorageException? failure)
    {
        bool hasVerdict = false;
        while (_setup.Inbox.TryTake(out TorrentEvent? e))
        {
            hasVerdict |= e is DiskSaid;
            if (e is DiskSaid { Verdict: DiskFailed failed })
                failure ??= failed.Reason;
            else if (e is DiskSaid or PeerSaid or PeerGone or PeerTook)
                Route(e);
            else
                _setup.Inbox.Discard(e!);
        }

        return hasVerdict;
    }

    private sealed class CheckReport : IProgress<CheckProgress>
    {
        private readonly Torrent _torrent;
        private readonly CancellationToken _stopping;

        public CheckReport(Torrent torrent, CancellationToken stopping)
        {
            _torrent = torrent;
            _stopping = stopping;
        }

        public void Report(CheckProgress value)
        {
            if (_stopping.IsCancellationRequested)
                return;
            _torrent.Publish(new TorrentSnapshot
            {
                Phase = TorrentPhase.Checking,
                BytesChecked = value.BytesChecked,
                BytesToCheck = value.BytesToCheck,
            });
        }
    }
}
