using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>
/// Who has called for one torrent in the local network, so that one host cannot fill the torrent's book with ports of its own. Bounded. Not safe for
/// several threads. Pure.
/// </summary>
internal sealed class LocalCallers
{
    /// <summary>Most ports of one host: two clients may run there.</summary>
    public const int MaxPortsPerHost = 2;

    /// <summary>Most hosts that are remembered; the calls of more are not listened to until others fall silent.</summary>
    public const int MaxHosts = 512;

    /// <summary>A port that was not called for so long is forgotten: two calls of its client were missed.</summary>
    public static readonly TimeSpan Lifetime = 2 * LocalDiscovery.Interval;

    private readonly Dictionary<CompactEndPoint, TimeSpan> _calledAt = [];

    /// <summary>Whether a call is listened to.</summary>
    public bool Admits(CompactEndPoint caller, TimeSpan now)
    {
        if (!_calledAt.ContainsKey(caller) && !HasRoomFor(caller, now))
            return false;
        _calledAt[caller] = now;
        return true;
    }

    private bool HasRoomFor(CompactEndPoint caller, TimeSpan now)
    {
        int ports = CountOf(caller.WithoutPort);
        if (ports < MaxPortsPerHost && _calledAt.Count < MaxHosts)
            return true;
        foreach (CompactEndPoint silent in _calledAt.Where(call => now - call.Value > Lifetime).Select(call => call.Key).ToArray())
            _calledAt.Remove(silent);
        return CountOf(caller.WithoutPort) < MaxPortsPerHost && _calledAt.Count < MaxHosts;
    }

    private int CountOf(CompactEndPoint host) => _calledAt.Keys.Count(known => known.WithoutPort == host);
}
