using System.Collections.Immutable;
using System.Net;
using Pieces.Dht.Queries;

namespace Pieces.Dht;

/// <summary>How a client takes part in the distributed hash table (BEP 5). Immutable; every default is given at its member.</summary>
public sealed record DhtSettings
{
    /// <summary>
    /// Nodes of a closed network to begin with, instead of the public routers; in such a network nodes may be on this machine's loopback too.
    /// Default none: the public network.
    /// </summary>
    public ImmutableArray<EndPoint> Bootstrap { get; init; } = [];

    /// <summary>
    /// Answer nobody's questions (BEP 43), so that no node relies on one that is gone soon: for runs that end when a download does. Default false. It
    /// counts for nothing in a closed network, where we may be the only node there is.
    /// </summary>
    public bool IsReadOnly { get; init; }

    /// <summary>
    /// File in which the nodes of the public network are kept between runs; null for nowhere. Default null. Those of a closed network are not kept:
    /// neither network is to hear of the other.
    /// </summary>
    public string? CacheFile { get; init; }

    internal bool IsClosed => !Bootstrap.IsEmpty;

    /// <summary>What a node is told.</summary>
    internal DhtOptions ToOptions() => IsClosed
        ? new DhtOptions { Routers = [], Bootstrap = [.. Bootstrap.Select(NameOf)], AllowLoopback = true }
        : new DhtOptions { IsReadOnly = IsReadOnly, CacheFile = CacheFile };

    private static DnsEndPoint NameOf(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint name => name,
        IPEndPoint address => new DnsEndPoint(address.Address.ToString(), address.Port),
        _ => throw new ArgumentException($"{endPoint} is neither an address nor a name", nameof(endPoint)),
    };
}
