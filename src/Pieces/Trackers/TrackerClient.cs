using System.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>What an announce tells of us (BEP 3).</summary>
/// <param name="Uploaded">Payload bytes sent in this run.</param>
/// <param name="Downloaded">Payload bytes received in this run.</param>
/// <param name="Left">Wanted bytes that are not verified; never negative.</param>
internal readonly record struct AnnounceCounters(long Uploaded, long Downloaded, long Left);

/// <summary>Hears a torrent's trackers; called on their tasks, must not block or throw. A torrent's loop posts to its inbox.</summary>
internal interface ITrackerSink
{
    /// <summary>A tracker named peers; addresses that can be nobody's (port 0, multicast, unspecified) are left out already.</summary>
    void OnPeersFound(IReadOnlyList<IPEndPoint> peers);

    /// <summary>A tracker answered (<paramref name="error"/> is null) or failed. The URL has no secrets in it.</summary>
    void OnTrackerStatus(string url, int peers, string? error);

    /// <summary>A tracker's <c>warning message</c>, safe to print.</summary>
    void OnTrackerWarning(string url, string message);

    /// <summary>The numbers of the moment; called from the tracker's task, so the sink gives an immutable copy.</summary>
    AnnounceCounters Counters { get; }
}

/// <summary>Announces one torrent to its trackers by tiers (BEP 12), on a task of its own.</summary>
internal sealed class TrackerClient : IAsyncDisposable
{
    /// <summary>Begins with <c>started</c>.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Peers run out: the next announce comes sooner, never before <c>min interval</c>.</summary>
    public void NeedPeers() => throw new NotImplementedException();

    /// <summary>The download has become complete now, in this run: <c>completed</c> is sent, once.</summary>
    public void Completed() => throw new NotImplementedException();

    /// <summary>Whether every tracker has answered with a failure reason and none with peers.</summary>
    public bool EveryTrackerRefused => throw new NotImplementedException();

    /// <summary>Sends <c>stopped</c> to each tracker that heard <c>started</c>; at most 2 s for all.</summary>
    public Task StopAsync() => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
