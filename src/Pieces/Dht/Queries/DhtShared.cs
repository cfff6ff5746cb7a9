using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>Sends DHT datagrams.</summary>
internal interface IDhtWire
{
    /// <summary>Sends a datagram without waiting; false if the system refuses it (no route, or no buffer space).</summary>
    bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to);

    /// <summary>Our local address on the route to a destination, with port 0; null if unknown. It ignores any NAT.</summary>
    CompactEndPoint? AddressTowards(CompactEndPoint to) => null;
}

/// <summary>State shared by the parts of one node's core. Owned by the core and used only on its loop.</summary>
internal sealed class DhtShared
{
    /// <summary>Our client version in messages (<c>v</c>, BEP 5). A constant: its digits do not follow the version of the program.</summary>
    public static readonly byte[] Version = "PC01"u8.ToArray();

    private readonly TimeProvider _timeProvider;
    private readonly long _madeAt;

    public DhtShared(DhtOptions options, IDhtWire wire)
    {
        Options = options;
        Wire = wire;
        Random = options.Random;
        _timeProvider = options.TimeProvider;
        _madeAt = _timeProvider.GetTimestamp();
        V4 = new DhtFamily(isV6: false, NodeId.Create(Random));
        V6 = new DhtFamily(isV6: true, NodeId.Create(Random));
    }

    public DhtOptions Options { get; }

    public IDhtWire Wire { get; }

    public Random Random { get; }

    public KrpcWriter Writer { get; } = new(Version);

    public DhtFamily V4 { get; }

    public DhtFamily V6 { get; }

    /// <summary>Time since the node was created.</summary>
    public TimeSpan Now => _timeProvider.GetElapsedTime(_madeAt);

    /// <inheritdoc cref="AddressPolicy.MayBeNode"/>
    public bool MayBeNode(CompactEndPoint endPoint) => Options.Addresses.MayBeNode(endPoint, Options.AllowLoopback);

    /// <inheritdoc cref="AddressPolicy.Believes(CompactEndPoint, CompactEndPoint, bool)"/>
    public bool Believes(CompactEndPoint named, CompactEndPoint teller) => Options.Addresses.Believes(named, teller, Options.AllowLoopback);

    /// <summary>The state of an address's family.</summary>
    public DhtFamily FamilyOf(CompactEndPoint endPoint) => endPoint.IsV6 ? V6 : V4;

    /// <summary>A time varied randomly by up to 10 %, so that nodes that started together do not stay synchronized.</summary>
    public TimeSpan About(TimeSpan time) => time * (0.9 + (0.2 * Random.NextDouble()));
}

/// <summary>Our state in one of the two networks, IPv4 or IPv6 (BEP 32).</summary>
internal sealed class DhtFamily
{
    /// <summary>How long nothing is sent after <see cref="ManyFailedSends"/>.</summary>
    public static readonly TimeSpan Mute = TimeSpan.FromSeconds(30);

    /// <summary>Number of consecutive failed sends after which we assume that there is no route.</summary>
    public const int ManyFailedSends = 8;

    private int _failedSends;

    public DhtFamily(bool isV6, NodeId id)
    {
        IsV6 = isV6;
        Table = new RoutingTable(id);
    }

    public bool IsV6 { get; }

    /// <summary>Whether there is a socket for this family.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Nothing is sent before this time: there is no route now, for example on a machine whose IPv6 has no connection.</summary>
    public TimeSpan MutedUntil { get; private set; }

    public RoutingTable Table { get; set; }

    /// <summary>Our id in this network.</summary>
    public NodeId Id => Table.OwnId;

    public ExternalAddressVote Votes { get; } = new();

    /// <summary>Bootstrap addresses that do not enter the routing table.</summary>
    public List<CompactEndPoint> Routers { get; } = [];

    /// <summary>Addresses named by the user, a torrent or a peer, used as starting points.</summary>
    public List<CompactEndPoint> Entrances { get; } = [];

    /// <summary>Nodes of an earlier run that have not replied yet.</summary>
    public List<NodeContact> Remembered { get; } = [];

    /// <summary>Records whether the system accepted a datagram. A single failure may have a passing cause such as a full buffer.</summary>
    public void NoteSend(bool isSent, TimeSpan now)
    {
        _failedSends = isSent ? 0 : _failedSends + 1;
        if (_failedSends < ManyFailedSends)
            return;
        _failedSends = 0;
        MutedUntil = now + Mute;
    }
}
