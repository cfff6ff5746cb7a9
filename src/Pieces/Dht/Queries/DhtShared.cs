using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>Sends a datagram of the DHT.</summary>
internal interface IDhtWire
{
    /// <summary>Sends it at once, without waiting; false when the system does not take it: no route, no room.</summary>
    bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to);

    /// <summary>Our address as somebody there would dial it if nothing translates it on the way, with port 0; null when that is not known.</summary>
    CompactEndPoint? AddressTowards(CompactEndPoint to) => null;
}

/// <summary>What the parts of one node's core have in common. Owned by the core, used by its loop alone.</summary>
internal sealed class DhtShared
{
    /// <summary>Our name in messages: the two letters of our peer ids, and the version.</summary>
    public static readonly byte[] Version = "PC01"u8.ToArray();

    private readonly TimeProvider _timeProvider;
    private readonly long _madeAt;

    /// <summary>Makes one.</summary>
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

    /// <summary>Time since the node was made.</summary>
    public TimeSpan Now => _timeProvider.GetElapsedTime(_madeAt);

    /// <inheritdoc cref="AddressPolicy.MayBeNode"/>
    public bool MayBeNode(CompactEndPoint endPoint) => Options.Addresses.MayBeNode(endPoint, Options.AllowLoopback);

    /// <inheritdoc cref="AddressPolicy.Believes(CompactEndPoint, CompactEndPoint, bool)"/>
    public bool Believes(CompactEndPoint named, CompactEndPoint teller) => Options.Addresses.Believes(named, teller, Options.AllowLoopback);

    /// <summary>What we know of the family that an address is of.</summary>
    public DhtFamily FamilyOf(CompactEndPoint endPoint) => endPoint.IsV6 ? V6 : V4;

    /// <summary>A time up to a tenth sooner or later, so that nodes that began together do not stay in step.</summary>
    public TimeSpan About(TimeSpan time) => time * (0.9 + (0.2 * Random.NextDouble()));
}

/// <summary>What we are and know in one of the two networks (BEP 32).</summary>
internal sealed class DhtFamily
{
    /// <summary>How long nothing is sent after <see cref="ManyFailedSends"/>.</summary>
    public static readonly TimeSpan Mute = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row that mean that there is no way.</summary>
    public const int ManyFailedSends = 8;

    private int _failedSends;

    /// <summary>Makes one.</summary>
    public DhtFamily(bool isV6, NodeId id)
    {
        IsV6 = isV6;
        Table = new RoutingTable(id);
    }

    public bool IsV6 { get; }

    /// <summary>Whether there is a socket for it.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Until when nothing is sent: the system has no way there at the moment, as on a machine whose IPv6 leads nowhere.</summary>
    public TimeSpan MutedUntil { get; private set; }

    public RoutingTable Table { get; set; }

    /// <summary>Our id in this network.</summary>
    public NodeId Id => Table.OwnId;

    public ExternalAddressVote Votes { get; } = new();

    /// <summary>Addresses to begin with that are not kept.</summary>
    public List<CompactEndPoint> Routers { get; } = [];

    /// <summary>Addresses to begin with that somebody of ours named.</summary>
    public List<CompactEndPoint> Entrances { get; } = [];

    /// <summary>Nodes of an earlier run that have not been heard of yet.</summary>
    public List<NodeContact> Remembered { get; } = [];

    /// <summary>The system took a datagram, or did not. One failure may be chance, such as a full buffer.</summary>
    public void NoteSend(bool isSent, TimeSpan now)
    {
        _failedSends = isSent ? 0 : _failedSends + 1;
        if (_failedSends < ManyFailedSends)
            return;
        _failedSends = 0;
        MutedUntil = now + Mute;
    }
}
