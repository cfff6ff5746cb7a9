using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>
/// The peers that announced one torrent in the local network, recorded so that one host cannot fill the torrent's peer list with its own ports.
/// Bounded. Not thread-safe. Reads no clock.
/// </summary>
internal sealed class LocalCallers
{
    /// <summary>Maximum number of ports per host: two clients may run there.</summary>
    public const int MaxPortsPerHost = 2;

    /// <summary>Maximum number of recorded ports over all hosts; further ones are ignored until recorded ones expire.</summary>
    public const int MaxPorts = 512;

    /// <summary>How long a port is recorded after its last announcement: two announcement intervals.</summary>
    public static readonly TimeSpan Lifetime = 2 * LocalDiscovery.Interval;

    private readonly Dictionary<CompactEndPoint, TimeSpan> _calledAt = [];

    /// <summary>Whether an announcement is accepted.</summary>
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
        if (ports < MaxPortsPerHost && _calledAt.Count < MaxPorts)
            return true;
        foreach (CompactEndPoint silent in _calledAt.Where(call => now - call.Value > Lifetime).Select(call => call.Key).ToArray())
            _calledAt.Remove(silent);
        return CountOf(caller.WithoutPort) < MaxPortsPerHost && _calledAt.Count < MaxPorts;
    }

    private int CountOf(CompactEndPoint host) => _calledAt.Keys.Count(known => known.WithoutPort == host);
}
