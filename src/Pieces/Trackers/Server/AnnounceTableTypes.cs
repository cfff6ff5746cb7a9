using System.Collections.Immutable;
using System.Net;
using Pieces.Primitives;

namespace Pieces.Trackers.Server;

/// <summary>Limits and sources of an <see cref="AnnounceTable"/>. Immutable; every default is given at its member.</summary>
internal sealed record AnnounceTableOptions
{
    /// <summary>Time between announces that peers are asked for; a peer is forgotten after twice that. Default 5 minutes.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most swarms that are remembered; default 10,000.</summary>
    public int MaxSwarms { get; init; } = 10_000;

    /// <summary>Most peers that are remembered, over all swarms; default 100,000.</summary>
    public int MaxPeers { get; init; } = 100_000;

    /// <summary>
    /// Most peers of one host (an IPv4 address, or an IPv6 /64), over all swarms; default 2,000: many may be behind one address, and one may seed much.
    /// </summary>
    public int MaxPeersPerHost { get; init; } = 2_000;

    /// <summary>Most peers of one family in one answer; default 100.</summary>
    public int MaxPeersPerAnswer { get; init; } = 100;

    /// <summary>
    /// Told when a peer says that its download has just become complete, as often as it says so; on the thread of the announce, so it must be quick.
    /// Default nobody.
    /// </summary>
    public Action<SwarmKey, TrackedPeer>? Completed { get; init; }

    /// <summary>Source of time; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of chance; used by the table alone, under its lock. Default a new one.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Interval, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSwarms, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPeers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPeersPerHost, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPeersPerAnswer, 1);
    }
}

/// <summary>A peer as a tracker knows it.</summary>
/// <param name="Id">What it calls itself.</param>
/// <param name="Address">Where it says it listens.</param>
internal readonly record struct TrackedPeer(PeerId Id, IPEndPoint Address);

/// <summary>The counts of one swarm.</summary>
/// <param name="Seeders">Peers that have everything.</param>
/// <param name="Completed">How often the download has become complete, since the swarm is remembered.</param>
/// <param name="Leechers">Peers that lack something.</param>
internal readonly record struct SwarmCounts(int Seeders, int Completed, int Leechers);

/// <summary>What the table gives one who announces.</summary>
/// <param name="Counts">The swarm's counts, the asker included.</param>
/// <param name="PeersV4">Some of the others, by chance.</param>
/// <param name="PeersV6">Some of the others, by chance.</param>
internal sealed record AnnounceTableAnswer(SwarmCounts Counts, ImmutableArray<TrackedPeer> PeersV4, ImmutableArray<TrackedPeer> PeersV6);
