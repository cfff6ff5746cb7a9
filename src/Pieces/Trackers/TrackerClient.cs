using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Our transfer counters in an announce (BEP 3).</summary>
/// <param name="Uploaded">Payload bytes sent in this run.</param>
/// <param name="Downloaded">Payload bytes received in this run.</param>
/// <param name="Left">Bytes of the whole torrent that are not verified yet, including unselected files; never negative.</param>
internal readonly record struct AnnounceCounters(long Uploaded, long Downloaded, long Left)
{
    /// <summary>
    /// Whether everything wanted is complete but not the whole torrent: a partial seed, which regular announces report (BEP 21, <c>event=paused</c>).
    /// </summary>
    public bool IsPartialSeed { get; init; }
}

/// <summary>Receives the results of a torrent's trackers. Called on their tasks, so it must not block or throw: a torrent posts to its
/// inbox.</summary>
internal interface ITrackerSink
{
    /// <summary>A tracker returned peers; invalid addresses (port 0, multicast, unspecified) are already removed.</summary>
    void OnPeersFound(string url, IReadOnlyList<IPEndPoint> peers);

    /// <summary>A tracker returned peers with host names, which must be looked up. <paramref name="tracker"/> is the reach of its own
    /// address.</summary>
    void OnNamesFound(IReadOnlyList<DnsEndPoint> names, AddressReach tracker);

    /// <summary>A tracker responded (<paramref name="error"/> is null) or failed. The URL contains no secrets.</summary>
    void OnTrackerStatus(string url, int peers, string? error);

    /// <summary>A tracker's <c>warning message</c>, safe to print.</summary>
    void OnTrackerWarning(string url, string message);

    /// <summary>The current counters. Called on the tracker's task, so the sink returns an immutable copy.</summary>
    AnnounceCounters Counters { get; }
}

/// <summary>
/// Announces one torrent to its trackers by tiers (BEP 12), on a task of its own. A failing tracker never causes an exception: failures go to the
/// sink.
/// </summary>
internal sealed class TrackerClient : IAsyncDisposable
{
    /// <summary>Maximum time for the <c>stopped</c> announces to all trackers.</summary>
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

    /// <summary>Creates the trackers; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="options">The torrent and its options.</param>
    /// <param name="sink">Receives the results.</param>
    public TrackerClient(TrackerClientOptions options, ITrackerSink sink)
    {
        _options = options;
        _announcer = new Announcer(options, sink);
        _madeAt = options.TimeProvider.GetTimestamp();
        var random = new Random(options.Random.Next());
        _tiers = new TrackerTiers(options, random);
        _schedule = new AnnounceSchedule(_tiers.Make(options.Tiers), random, options.IsPrivate);
    }

    /// <summary>Whether every tracker has responded with a failure reason and none has returned peers.</summary>
    public bool EveryTrackerRefused => _everyTrackerRefused;

    private TimeSpan Now => _options.TimeProvider.GetElapsedTime(_madeAt);

    /// <summary>Starts with a <c>started</c> announce. Must be called only once.</summary>
    public void Start() => _run = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Adds trackers, each as a tier of its own after the others; known ones are ignored. Safe for all threads.</summary>
    public void Add(IReadOnlyList<string> urls) => _signals.Add(urls);

    /// <summary>The torrent is running out of peers: the next announce is brought forward, but not before <c>min interval</c>.</summary>
    public void NeedPeers() => _signals.SetNeed();

    /// <summary>The download has completed in this run: <c>completed</c> is sent once to each tracker that knows us as incomplete.</summary>
    public void Completed() => _signals.SetCompleted();

    /// <summary>
    /// Everything wanted is complete but not the whole torrent (BEP 21): announced at once, and in every regular announce from now on.
    /// </summary>
    public void BecamePartialSeed() => _signals.SetPartialSeed();

    /// <summary>
    /// Sends <c>stopped</c> to each tracker that responded to <c>started</c>, within 2 s for all trackers together. To be called by one
    /// owner; further calls return the first task.
    /// </summary>
    public Task StopAsync() => _stop ??= TakeLeaveAsync();

    /// <summary>Stops all work. Nothing is sent to the trackers unless <see cref="StopAsync"/> was called before.</summary>
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
            _options.Logger.Debug("no more announces are sent to the trackers of {InfoHash}", _options.InfoHash);
        }
        catch (Exception exception)
        {
            // A bug: this torrent continues without trackers, and other torrents are not affected.
            _options.Logger.Error(exception, "no more announces are sent to the trackers of {InfoHash}", _options.InfoHash);
        }
        finally
        {
            // Cancelled announces end at once. Others may have failed because of the bug logged above.
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
    /// Marks the trackers that must receive <c>completed</c>: only those whose last answered announce reported missing data; for others <c>left=0</c>
    /// is enough. Called in every iteration, because the response to <c>started</c> may arrive after the completion.
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
        await Task.WhenAll(_schedule.Slots.Where(slot => slot.HeardStarted).Select(slot => TellStoppedAsync(slot, timer.Token)))
            .ConfigureAwait(false);
    }

    private async Task TellStoppedAsync(TrackerSlot slot, CancellationToken cancellationToken)
    {
        try
        {
            // If the program ends when the download completes, there was no time for the completed event yet.
            if (slot.IsOwedCompleted)
                await _announcer.AnnounceAsync(slot, AnnounceEvent.Completed, cancellationToken).ConfigureAwait(false);
            AnnounceResult result = await _announcer.AnnounceAsync(slot, AnnounceEvent.Stopped, cancellationToken).ConfigureAwait(false);
            _options.Logger.Debug(
                "announced stopped to tracker {Tracker}: {Outcome}", slot.Tracker.DisplayUrl, result.Failure?.Message ?? "accepted");
        }
        catch (OperationCanceledException)
        {
            _options.Logger.Debug("tracker {Tracker} did not respond to the stopped event in time", slot.Tracker.DisplayUrl);
        }
    }
}
