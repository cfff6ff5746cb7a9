using System.Collections.Immutable;
using System.Net;
using Pieces.Dht.Queries;

namespace Pieces.Dht;

/// <summary>How a client uses the distributed hash table (BEP 5). Immutable; each member states its default.</summary>
public sealed record DhtSettings
{
    /// <summary>
    /// First nodes of a closed network, used instead of the public routers. Nodes of a closed network may have loopback addresses. Default: none (the
    /// public network).
    /// </summary>
    public ImmutableArray<EndPoint> Bootstrap { get; init; } = [];

    /// <summary>
    /// Do not answer queries (BEP 43), so that no other node relies on one that ends soon. Meant for runs that end with the download. Default false.
    /// Ignored in a closed network, where we may be the only node.
    /// </summary>
    public bool IsReadOnly { get; init; }

    /// <summary>
    /// File in which nodes of the public network are kept between runs; null for none. Default null. Nodes of a closed network are not kept, so that
    /// the two networks never learn of each other.
    /// </summary>
    public string? CacheFile { get; init; }

    internal bool IsClosed => !Bootstrap.IsEmpty;

    /// <summary>The options of the node.</summary>
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
