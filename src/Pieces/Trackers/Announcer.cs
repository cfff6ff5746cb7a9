using Serilog;

namespace Pieces.Trackers;

/// <summary>Makes one announce for a torrent, and tells the sink what came of it.</summary>
internal sealed class Announcer
{
    /// <summary>Longest time of one announce, whatever the kind of tracker.</summary>
    public static readonly TimeSpan AnnounceTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Peers asked for in one announce.</summary>
    public const int WantedPeers = 100;

    private readonly TrackerClientOptions _options;
    private readonly ITrackerSink _sink;
    private readonly ILogger _logger;

    public Announcer(TrackerClientOptions options, ITrackerSink sink)
    {
        _options = options;
        _sink = sink;
        _logger = options.Logger;
    }

    /// <summary>Announces. The slot's own marks (what the tracker has heard) are brought up to date; its times are the schedule's work.</summary>
    /// <returns>What the tracker said, or how it failed: exactly one of the two.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<AnnounceResult> AnnounceAsync(TrackerSlot slot, AnnounceEvent announceEvent, CancellationToken cancellationToken)
    {
        AnnounceRequest request = RequestOf(slot, announceEvent);
        using var timer = new CancellationTokenSource(AnnounceTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            AnnounceResponse response = await slot.Tracker.AnnounceAsync(request, either.Token).ConfigureAwait(false);
            return new AnnounceResult(slot, request, response, null);
        }
        catch (TrackerException exception)
        {
            return new AnnounceResult(slot, request, null, exception);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new AnnounceResult(slot, request, null, new TrackerException($"no answer within {AnnounceTimeout.TotalSeconds} s"));
        }
#pragma warning disable CA1031 // Whatever it is, it concerns this tracker alone: the torrent's others are still asked.
        catch (Exception bug) when (bug is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _logger.Debug(bug, "Tracker {Tracker}: a fault of this program", slot.Tracker.DisplayUrl);
            return new AnnounceResult(slot, request, null, new TrackerException(TrackerText.Unexpected(bug), bug));
        }
    }

    /// <summary>Takes note of an answer, and passes it on.</summary>
    public void Report(AnnounceResult result, AnnounceResponse response)
    {
        TrackerSlot slot = result.Slot;
        if (result.Request.Event == AnnounceEvent.Started)
            slot.HeardStarted = true;
        if (result.Request.Event == AnnounceEvent.Completed)
            slot.HeardCompleted = true;
        if (result.Request is { Event: AnnounceEvent.None, Counters.IsPartialSeed: true })
            (slot.HeardPaused, slot.IsOwedPaused) = (true, false);
        slot.HeardIncomplete = result.Request.Counters.Left > 0;
        if (!response.TrackerId.IsEmpty)
            slot.TrackerId = response.TrackerId;

        string url = slot.Tracker.DisplayUrl;
        _logger.Debug(
            "Tracker {Tracker} named {Peers} peers for {InfoHash}: {Seeders} seeders, {Leechers} leechers",
            url, response.Peers.Count, _options.InfoHash, response.Seeders, response.Leechers);
        if (response.Peers.Count > 0)
            _sink.OnPeersFound(url, response.Peers);
        if (response.Names.Count > 0)
            _sink.OnNamesFound(response.Names, response.Reach);
        if (response.Oddity is { } oddity)
            _logger.Information("Tracker {Tracker}: its answer is read in spite of an odd value: {Oddity}", url, oddity);
        _sink.OnTrackerStatus(url, response.Peers.Count, null);
        if (response.Warning is { Length: > 0 } warning)
            _sink.OnTrackerWarning(url, warning);
    }

    /// <summary>Passes a failure on.</summary>
    /// <param name="result">What failed.</param>
    /// <param name="failure">How.</param>
    /// <param name="again">When it is tried again, from now; null for never.</param>
    public void Report(AnnounceResult result, TrackerException failure, TimeSpan? again)
    {
        string url = result.Slot.Tracker.DisplayUrl;
        if (again is { } wait)
            _logger.Debug("Tracker {Tracker}: {Error}; trying again in {Seconds:0} s", url, failure.Message, wait.TotalSeconds);
        else
            _logger.Debug("Tracker {Tracker}: {Error}; it asks not to be tried again", url, failure.Message);
        _sink.OnTrackerStatus(url, 0, failure.Message);
    }

    private AnnounceRequest RequestOf(TrackerSlot slot, AnnounceEvent announceEvent)
    {
        AnnounceCounters counters = _sink.Counters;
        if (announceEvent == AnnounceEvent.Completed)
            counters = counters with { Left = 0 };
        return new AnnounceRequest(
            _options.InfoHash,
            _options.PeerId,
            _options.Ports.Announced,
            counters with { Left = Math.Max(0, counters.Left) },
            announceEvent,
            announceEvent == AnnounceEvent.Stopped ? 0 : WantedPeers,
            _options.Key,
            slot.TrackerId)
        {
            Encryption = _options.Encryption,
        };
    }
}

/// <summary>How an announce ended.</summary>
/// <param name="Slot">Who was asked.</param>
/// <param name="Request">What was said.</param>
/// <param name="Response">The answer, or null.</param>
/// <param name="Failure">Why there is none, or null.</param>
internal sealed record AnnounceResult(TrackerSlot Slot, AnnounceRequest Request, AnnounceResponse? Response, TrackerException? Failure);
