using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>Options of a DHT node. Immutable; each member states its default.</summary>
internal sealed record DhtOptions
{
    /// <summary>Public bootstrap nodes that most clients use, queried only while too few other nodes are known.</summary>
    public static readonly ImmutableArray<DnsEndPoint> PublicRouters =
    [
        new("dht.libtorrent.org", 25401), new("router.bittorrent.com", 6881), new("dht.transmissionbt.com", 6881),
    ];

    /// <summary>
    /// Bootstrap nodes, queried when too few nodes are known. They serve everybody, so they do not enter the routing table. Default
    /// <see cref="PublicRouters"/>; empty for a closed network.
    /// </summary>
    public ImmutableArray<DnsEndPoint> Routers { get; init; } = PublicRouters;

    /// <summary>Nodes that the user named. They are queried first and enter the routing table when they reply. Default: none.</summary>
    public ImmutableArray<DnsEndPoint> Bootstrap { get; init; } = [];

    /// <summary>Do not answer queries, and stay out of other nodes' routing tables (BEP 43): for short runs. Default false.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>
    /// Accept nodes on loopback addresses, any number of them on different ports: for closed networks on one machine. Default false.
    /// </summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Decides which addresses may be used. Default: a policy that blocks none.</summary>
    public AddressPolicy Addresses { get; init; } = new();

    /// <summary>Cache file of the routing table between runs; null for none. Default null.</summary>
    public string? CacheFile { get; init; }

    /// <summary>
    /// Resolves host names. Default: no name resolves, so that a node never queries a name server directly when the client uses a proxy.
    /// </summary>
    public HostResolver Resolve { get; init; } = (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));

    /// <summary>Clock. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Random numbers; must not be shared with other objects. Default: a new instance.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Log. Default: none.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
