using System.Net;

namespace Pieces.Net;

/// <summary>The source of a peer's address, as far as it decides which addresses we dial.</summary>
internal enum PeerSource
{
    /// <summary>The user.</summary>
    User,

    /// <summary>A link or a torrent.</summary>
    Link,

    /// <summary>A tracker. The address has already passed <see cref="AddressPolicy.Believes(IPAddress, AddressReach)"/>.</summary>
    Tracker,

    /// <summary>
    /// Peers, DHT nodes and the local network. Their messages are checked on receipt: none may name an address that is nearer to us than its sender.
    /// </summary>
    Peers,
}

/// <summary>
/// Decides which addresses may be used for which purpose. A client has one policy, and every part of the client uses it. Immutable; safe for all
/// threads.
/// </summary>
/// <remarks>
/// The rules differ because the risks do: a peer on loopback is how two clients on one machine find each other, while a DHT node there is always
/// false unless the DHT is a closed one.
/// </remarks>
internal sealed class AddressPolicy
{
    /// <summary>Lowest port accepted for peers from untrusted sources; lower ports belong to system services.</summary>
    public const int FirstPeerPort = 1024;

    // Services with text protocols that often trust every host that can connect: databases, caches, search engines, containers.
    private static readonly int[] ServicePorts =
        [1433, 1521, 2049, 2375, 2376, 2379, 3306, 5432, 5672, 5984, 6379, 9042, 9092, 9200, 9300, 10250, 11211, 27017];

    private readonly Func<CompactEndPoint, bool>? _isBlocked;
    private readonly OwnNetworks? _own;

    /// <summary>Creates the policy.</summary>
    /// <param name="isBlocked">Whether nothing may be exchanged with an address, whatever its port; null if no address is blocked.</param>
    /// <param name="own">Networks of this machine. Null, for simulations, treats every private network and loopback as our own.</param>
    public AddressPolicy(Func<CompactEndPoint, bool>? isBlocked = null, OwnNetworks? own = null)
    {
        _isBlocked = isBlocked;
        _own = own;
    }

    /// <summary>Whether a URL path is that of a tracker: its last segment begins with <c>announce</c>.</summary>
    public static bool IsTrackerPath(string path) => path.AsSpan(path.LastIndexOf('/') + 1).StartsWith("announce", StringComparison.Ordinal);

    /// <summary>Why we may not connect to a peer, or null if we may. Called right before each connection, because our own networks change.</summary>
    public string? PeerFault(IPEndPoint peer, PeerSource source)
    {
        if (source == PeerSource.User)
            return null;
        AddressReach reach = AddressFacts.ReachOf(peer.Address);
        bool isByName = source is PeerSource.Link or PeerSource.Tracker;
        if ((isByName || reach != AddressReach.World) && (peer.Port < FirstPeerPort || Array.IndexOf(ServicePorts, peer.Port) >= 0))
            return "its port belongs to another service";
        return reach switch
        {
            AddressReach.Nobody => "no host can have the address",
            AddressReach.Loopback when source == PeerSource.Link && !IsLoopbackOurs => "it is this machine itself",
            AddressReach.Link when isByName => "it is a link-local address",
            AddressReach.Private when isByName && !IsOurs(peer.Address) => NotOurs,
            _ => null,
        };
    }

    /// <summary>Why we may not send a tracker request to an address, or null if we may.</summary>
    /// <param name="address">The address to which the tracker's name resolves now.</param>
    /// <param name="path">The path of the tracker's URL.</param>
    public string? TrackerFault(IPAddress address, string path) => AddressFacts.ReachOf(address) switch
    {
        AddressReach.Nobody => "no host can have the address",
        AddressReach.Loopback when !IsTrackerPath(path) => "leads to this machine, and not to an announce path",
        AddressReach.Link => "leads to a link-local address",
        AddressReach.Private when !IsOurs(address) => "leads to an address in " + NotOursText,
        _ => null,
    };

    /// <summary>
    /// Whether an address returned by a tracker is accepted. A loopback or link-local address is accepted only if the tracker is at least as near.
    /// </summary>
    /// <param name="named">The address.</param>
    /// <param name="tracker">Reach of the tracker's own address.</param>
    public static bool Believes(IPAddress named, AddressReach tracker) =>
        AddressFacts.ReachOf(named) is var reach && (reach is AddressReach.World or AddressReach.Private || reach >= tracker);

    /// <summary>Whether an incoming connection from this address is accepted. Called before its handshake is read.</summary>
    public bool Accepts(IPAddress remote) => !IsBlocked(CompactEndPoint.From(remote, 0));

    /// <summary>
    /// Whether a peer at the address may be dialled, whatever the source of the address: it has a port, and its address is neither unspecified,
    /// multicast nor reserved.
    /// </summary>
    public bool MayDial(IPEndPoint peer) =>
        peer.Port != 0 && CompactEndPoint.From(peer) is var compact && IsHost(compact, firstReservedOctet: 224) && !IsBlocked(compact);

    /// <summary>
    /// Whether a peer is accepted from a tracker's response. Reserved addresses (240.0.0.0/4) count as returned peers, but are never dialled.
    /// </summary>
    public bool MayList(IPAddress address, int port)
    {
        if (port is < 1 or > IPEndPoint.MaxPort)
            return false;
        CompactEndPoint peer = CompactEndPoint.From(address, port);
        bool isHost = IsHost(peer, firstReservedOctet: 256) && (peer.IsV6 || ((uint)peer.Host >> 28) != 0xE) && peer.Host != uint.MaxValue;
        return isHost && !IsBlocked(peer);
    }

    /// <summary>Whether datagrams from this address are answered.</summary>
    public bool MayAnswer(CompactEndPoint remote) => MayBeNode(remote, allowLoopback: true);

    /// <summary>Whether a DHT node may have this address. Datagrams of other addresses are ignored, and none are sent there.</summary>
    /// <param name="endPoint">Address of the node.</param>
    /// <param name="allowLoopback">Whether the DHT is a closed one, whose nodes may be on this machine.</param>
    public bool MayBeNode(CompactEndPoint endPoint, bool allowLoopback) => endPoint.Port != 0 && AddressFacts.ReachOf(endPoint) switch
    {
        AddressReach.Nobody => false,
        AddressReach.Loopback => allowLoopback && !IsBlocked(endPoint),
        _ => !IsBlocked(endPoint),
    };

    /// <summary>
    /// Whether an address returned by <paramref name="teller"/> is accepted. An address that is not public is accepted only from a host that is
    /// at least as near. A remote host that returns an address in our private network is either malicious or mistaken.
    /// </summary>
    public bool Believes(CompactEndPoint named, CompactEndPoint teller, bool allowLoopback) =>
        MayBeNode(named, allowLoopback)
        && AddressFacts.ReachOf(named) is var reach && (reach == AddressReach.World || reach >= AddressFacts.ReachOf(teller));

    private const string NotOursText = "a private network that this machine is not in";

    private const string NotOurs = "it is in " + NotOursText;

    private bool IsLoopbackOurs => _own?.IsLoopbackOnly != false;

    private bool IsOurs(IPAddress address) => _own?.Contains(address) != false;

    private static bool IsHost(CompactEndPoint endPoint, uint firstReservedOctet)
    {
        if (endPoint.IsV6)
            return endPoint.Host != 0 && (byte)(endPoint.Host >> 120) != 0xFF;
        uint first = (uint)endPoint.Host >> 24;
        return first != 0 && first < firstReservedOctet;
    }

    private bool IsBlocked(CompactEndPoint endPoint) => _isBlocked?.Invoke(endPoint.WithoutPort) == true;
}
