using Microsoft.Extensions.Logging;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Makes one announce for a torrent, and reports the result to the sink.</summary>
internal sealed class Announcer
{
    /// <summary>Maximum duration of one announce, for every kind of tracker.</summary>
    public static readonly TimeSpan AnnounceTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Number of peers requested per announce.</summary>
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

    /// <summary>Makes one announce. Never throws because of the tracker.</summary>
    /// <returns>The response or the failure: exactly one of the two.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled the announce.</exception>
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
            return new AnnounceResult(slot, request, null, new TrackerException($"no response within {AnnounceTimeout.TotalSeconds} s"));
        }
#pragma warning disable CA1031 // Whatever the cause, only this tracker is affected: the torrent's other trackers are still used.
        catch (Exception bug) when (bug is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _logger.Debug(bug, "tracker {Tracker}: a bug in this program", slot.Tracker.DisplayUrl);
            return new AnnounceResult(slot, request, null, new TrackerException(TrackerText.Unexpected(bug), bug));
        }
    }

    /// <summary>Updates the slot after a response (except its times, which the schedule updates), and reports it to the sink.</summary>
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
            "tracker {Tracker} returned {Peers} peers for {InfoHash}: {Seeders} seeders, {Leechers} leechers",
            url, response.Peers.Count, _options.InfoHash, response.Seeders, response.Leechers);
        if (response.Peers.Count > 0)
            _sink.OnPeersFound(url, response.Peers);
        if (response.Names.Count > 0)
            _sink.OnNamesFound(response.Names, response.Reach);
        if (response.Oddity is { } oddity)
            _logger.Information("tracker {Tracker}: its response is accepted despite an irregular value: {Oddity}", url, oddity);
        _sink.OnTrackerStatus(url, response.Peers.Count, null);
        if (response.Warning is { Length: > 0 } warning)
            _sink.OnTrackerWarning(url, warning);
    }

    /// <summary>Reports a failure to the sink.</summary>
    /// <param name="result">The failed announce.</param>
    /// <param name="failure">The failure.</param>
    /// <param name="again">Time until the next attempt; null for never.</param>
    public void Report(AnnounceResult result, TrackerException failure, TimeSpan? again)
    {
        string url = result.Slot.Tracker.DisplayUrl;
        if (again is { } wait)
            _logger.Debug("tracker {Tracker}: {Error}; retrying in {Seconds:0} s", url, failure.Message, wait.TotalSeconds);
        else
            _logger.Debug("tracker {Tracker}: {Error}; it forbids further attempts", url, failure.Message);
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

/// <summary>Result of an announce.</summary>
/// <param name="Slot">The tracker.</param>
/// <param name="Request">The request.</param>
/// <param name="Response">The response, or null.</param>
/// <param name="Failure">Why there is no response, or null.</param>
internal sealed record AnnounceResult(TrackerSlot Slot, AnnounceRequest Request, AnnounceResponse? Response, TrackerException? Failure);
