using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pieces.Net;
using Serilog;

namespace Pieces.Dht.Queries;

/// <summary>How a DHT node behaves. Immutable; every default is given at its member.</summary>
internal sealed record DhtOptions
{
    /// <summary>Nodes that most clients begin with, as long as nobody else is known.</summary>
    public static readonly ImmutableArray<DnsEndPoint> PublicRouters =
    [
        new("dht.libtorrent.org", 25401), new("router.bittorrent.com", 6881), new("dht.transmissionbt.com", 6881),
    ];

    /// <summary>
    /// Where to begin when too few nodes are known; they are asked for others and, being servers of everybody, not kept in the table. Default
    /// <see cref="PublicRouters"/>; empty for a closed network.
    /// </summary>
    public ImmutableArray<DnsEndPoint> Routers { get; init; } = PublicRouters;

    /// <summary>Nodes that the user named: asked first, and kept when they answer. Default none.</summary>
    public ImmutableArray<DnsEndPoint> Bootstrap { get; init; } = [];

    /// <summary>Answer no queries and be in nobody's table (BEP 43): for runs that end soon. Default false.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Let nodes be on this machine's loopback, as many as there are ports: for closed networks on one machine. Default false.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Decides which addresses are used; default one that blocks none.</summary>
    public AddressPolicy Addresses { get; init; } = new();

    /// <summary>Where the table is kept between runs; null for nowhere. Default null.</summary>
    public string? CacheFile { get; init; }

    /// <summary>Resolves host names. Default: no name is known, so that a node never asks a name server past the client's exit to the network.</summary>
    public HostResolver Resolve { get; init; } = (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));

    /// <summary>Source of time; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of chance; used by the node alone. Default a new one.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Default none.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;
}
