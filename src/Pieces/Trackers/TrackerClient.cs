using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>What an announce tells of us (BEP 3).</summary>
/// <param name="Uploaded">Payload bytes sent in this run.</param>
/// <param name="Downloaded">Payload bytes received in this run.</param>
/// <param name="Left">Wanted bytes that are not verified; never negative.</param>
internal readonly record struct AnnounceCounters(long Uploaded, long Downloaded, long Left)
{
    /// <summary>Whether what is left is not wanted: a partial seed, of which regular announces say so (BEP 21, <c>event=paused</c>).</summary>
    public bool IsPartialSeed { get; init; }
}

/// <summary>Hears a torrent's trackers; called on their tasks, must not block or throw. A torrent's loop posts to its inbox.</summary>
internal interface ITrackerSink
{
    /// <summary>A tracker named peers; addresses that can be nobody's (port 0, multicast, unspecified) are left out already.</summary>
    void OnPeersFound(string url, IReadOnlyList<IPEndPoint> peers);

    /// <summary>A tracker whose address reaches so far named peers by their hosts, which are to be looked up.</summary>
    void OnNamesFound(IReadOnlyList<DnsEndPoint> names, AddressReach tracker);

    /// <summary>A tracker answered (<paramref name="error"/> is null) or failed. The URL has no secrets in it.</summary>
    void OnTrackerStatus(string url, int peers, string? error);

    /// <summary>A tracker's <c>warning message</c>, safe to print.</summary>
    void OnTrackerWarning(string url, string message);

    /// <summary>The numbers of the moment; called from the tracker's task, so the sink gives an immutable copy.</summary>
    AnnounceCounters Counters { get; }
}

/// <summary>
/// Announces one torrent to its trackers by tiers (BEP 12), on a task of its own. Nothing here throws on account of a tracker: failures go to the sink.
/// </summary>
internal sealed class TrackerClient : IAsyncDisposable
{
    /// <summary>Longest time that taking leave of all trackers may need.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly TrackerClientOptions _options;
    private readonly Announcer _announcer;
    private readonly TrackerTiers _tiers;
    private readonly AnnounceSchedule _schedule;
    private readonly TrackerSignals _signals = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _madeAt;
    private Task _run = Task.CompletedTask;
    private Task? _stop;
    private volatile bool _everyTrackerRefused;

    /// <summary>Makes the trackers; asks nobody before <see cref="Start"/>.</summary>
    /// <param name="options">What there is to know of the torrent.</param>
    /// <param name="sink">Hears what happens.</param>
    public TrackerClient(TrackerClientOptions options, ITrackerSink sink)
    {
        _options = options;
        _announcer = new Announcer(options, sink);
        _madeAt = options.TimeProvider.GetTimestamp();
        var random = new Random(options.Random.Next());
        _tiers = new TrackerTiers(options, random);
        _schedule = new AnnounceSchedule(_tiers.Make(options.Tiers), random, options.IsPrivate);
    }

    /// <summary>Whether every tracker has answered with a failure reason and none with peers.</summary>
    public bool EveryTrackerRefused => _everyTrackerRefused;

    private TimeSpan Now => _options.TimeProvider.GetElapsedTime(_madeAt);

    /// <summary>Begins with <c>started</c>. To be called once.</summary>
    public void Start() => _run = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Further trackers of the torrent, each a tier of its own behind the others; those that it has already are left out. Safe for all threads.</summary>
    public void Add(IReadOnlyList<string> urls) => _signals.Add(urls);

    /// <summary>Peers run out: the next announce comes sooner, never before <c>min interval</c>.</summary>
    public void NeedPeers() => _signals.SetNeed();

    /// <summary>The download has become complete now, in this run: <c>completed</c> is sent, once.</summary>
    public void Completed() => _signals.SetCompleted();

    /// <summary>All that is wanted is here now, and not all that there is (BEP 21): said at once, and by every regular announce from now on.</summary>
    public void BecamePartialSeed() => _signals.SetPartialSeed();

    /// <summary>Sends <c>stopped</c> to each tracker that heard <c>started</c>; at most 2 s for all. To be called by one owner; more calls wait for the first.</summary>
    public Task StopAsync() => _stop ??= TakeLeaveAsync();

    /// <summary>Ends all work. Trackers hear nothing of it unless <see cref="StopAsync"/> was called before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        if (_stop is not null)
            await _stop.ConfigureAwait(false);
        foreach (TrackerSlot slot in _schedule.Slots)
            slot.Tracker.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var running = new List<Task<AnnounceResult>>();
        try
        {
            while (true)
            {
                foreach (IReadOnlyList<ITracker> tier in _tiers.Make(_signals.TakeAdded()))
                    _schedule.Add(tier);
                MarkCompleted();
                MarkPartialSeed();
                while (_schedule.NextToAsk(Now, _signals.NeedsPeers) is { } slot)
                {
                    AnnounceSchedule.Begin(slot, Now);
                    running.Add(_announcer.AnnounceAsync(slot, slot.NextEvent, cancellationToken));
                }

                await WaitAsync(running, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                await HarvestAsync(running).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _options.Logger.Debug("Trackers of {InfoHash} are no longer asked", _options.InfoHash);
        }
        catch (Exception exception)
        {
            // A bug of ours: this torrent goes on without trackers, the others are not touched.
            _options.Logger.Error(exception, "Trackers of {InfoHash} are no longer asked", _options.InfoHash);
        }
        finally
        {
            // They end at once, cancelled; what is not may still have failed by the bug that was logged above.
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WaitAsync(List<Task<AnnounceResult>> running, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reasons = new List<Task>(running) { _signals.WaitAsync(waiting.Token) };
        if (_schedule.NextTurn(Now, _signals.NeedsPeers) is { } time)
        {
            TimeSpan delay = time - Now;
            reasons.Add(Task.Delay(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, _options.TimeProvider, waiting.Token));
        }

        await Task.WhenAny(reasons).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
    }

    private async Task HarvestAsync(List<Task<AnnounceResult>> running)
    {
        for (int i = running.Count - 1; i >= 0; i--)
        {
            if (!running[i].IsCompleted)
                continue;
            AnnounceResult result = await running[i].ConfigureAwait(false);
            running.RemoveAt(i);
            if (result.Response is { } response)
            {
                _signals.ClearNeed();
                _schedule.Succeed(result.Slot, Now, response.Peers.Count, response.Interval, response.MinInterval);
                _announcer.Report(result, response);
            }
            else if (result.Failure is { } failure)
            {
                _announcer.Report(result, failure, _schedule.Fail(result.Slot, Now, failure));
            }

            _everyTrackerRefused = _schedule.EveryTrackerRefused;
        }
    }

    /// <summary>
    /// Only a tracker that knows us as incomplete is told; another hears of a peer that has everything, which says enough. Marked at every turn, since
    /// the answer to <c>started</c> may come after the completion.
    /// </summary>
    private void MarkCompleted()
    {
        if (!_signals.IsComplete)
            return;
        foreach (TrackerSlot slot in _schedule.Slots)
            slot.IsOwedCompleted = slot is { HeardStarted: true, HeardIncomplete: true, HeardCompleted: false };
    }

    private void MarkPartialSeed()
    {
        if (!_signals.IsPartialSeed)
            return;
        foreach (TrackerSlot slot in _schedule.Slots)
            slot.IsOwedPaused = slot is { HeardStarted: true, HeardPaused: false };
    }

    private async Task TakeLeaveAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        MarkCompleted();
        using var timer = new CancellationTokenSource(StopTimeout, _options.TimeProvider);
        await Task.WhenAll(_schedule.Slots.Where(slot => slot.HeardStarted).Select(slot => TellStoppedAsync(slot, timer.Token))).ConfigureAwait(false);
    }

    private async Task TellStoppedAsync(TrackerSlot slot, CancellationToken cancellationToken)
    {
        try
        {
            // A download that ends with its completion stops before there was time to say so.
            if (slot.IsOwedCompleted)
                await _announcer.AnnounceAsync(slot, AnnounceEvent.Completed, cancellationToken).ConfigureAwait(false);
            AnnounceResult result = await _announcer.AnnounceAsync(slot, AnnounceEvent.Stopped, cancellationToken).ConfigureAwait(false);
            _options.Logger.Debug("Tracker {Tracker} was told that we stop: {Outcome}", slot.Tracker.DisplayUrl, result.Failure?.Message ?? "heard");
        }
        catch (OperationCanceledException)
        {
            _options.Logger.Debug("Tracker {Tracker} did not answer in time that we stop", slot.Tracker.DisplayUrl);
        }
    }
}
