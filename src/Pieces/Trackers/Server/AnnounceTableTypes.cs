using System.Collections.Immutable;
using System.Net;
using Pieces.Primitives;

namespace Pieces.Trackers.Server;

/// <summary>Options of an <see cref="AnnounceTable"/>. Immutable; each member states its default.</summary>
internal sealed record AnnounceTableOptions
{
    /// <summary>Interval between announces that is returned to peers; a peer is removed after twice that time. Default 5 minutes.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Maximum number of swarms; default 10,000.</summary>
    public int MaxSwarms { get; init; } = 10_000;

    /// <summary>Maximum number of peers over all swarms; default 100,000.</summary>
    public int MaxPeers { get; init; } = 100_000;

    /// <summary>
    /// Maximum number of peers per host (an IPv4 address, or an IPv6 /64) over all swarms; default 2,000, because many peers may share one address,
    /// and one peer may seed many torrents.
    /// </summary>
    public int MaxPeersPerHost { get; init; } = 2_000;

    /// <summary>Maximum number of peers of one address family per response; default 100.</summary>
    public int MaxPeersPerAnswer { get; init; } = 100;

    /// <summary>
    /// Called when a peer announces that its download has just completed, every time it does so. Called on the thread of the announce, so it must be
    /// quick. Default null.
    /// </summary>
    public Action<SwarmKey, TrackedPeer>? Completed { get; init; }

    /// <summary>Clock. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Random numbers, used under the table's lock; must not be shared with other objects. Default: a new instance.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Checks that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Interval, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSwarms, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPeers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPeersPerHost, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPeersPerAnswer, 1);
    }
}

/// <summary>A peer known to a tracker.</summary>
/// <param name="Id">Its peer id.</param>
/// <param name="Address">Its listen address.</param>
internal readonly record struct TrackedPeer(PeerId Id, IPEndPoint Address);

/// <summary>The counts of one swarm.</summary>
/// <param name="Seeders">Number of seeds.</param>
/// <param name="Completed">Number of completed downloads since the swarm was added to the table.</param>
/// <param name="Leechers">Number of leechers.</param>
internal readonly record struct SwarmCounts(int Seeders, int Completed, int Leechers);

/// <summary>The table's response to an announce.</summary>
/// <param name="Counts">The swarm's counts, the announcing peer included.</param>
/// <param name="PeersV4">Random other IPv4 peers.</param>
/// <param name="PeersV6">Random other IPv6 peers.</param>
internal sealed record AnnounceTableAnswer(SwarmCounts Counts, ImmutableArray<TrackedPeer> PeersV4, ImmutableArray<TrackedPeer> PeersV6);
