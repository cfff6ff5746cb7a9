using System.Net;

namespace Pieces.Net;

/// <summary>Who named a peer, as far as it decides where we connect for his sake.</summary>
internal enum PeerSource
{
    /// <summary>The user.</summary>
    User,

    /// <summary>A link or a torrent.</summary>
    Link,

    /// <summary>A tracker: <see cref="AddressPolicy.Believes(IPAddress, AddressReach)"/> has been asked.</summary>
    Tracker,

    /// <summary>Peers, DHT nodes and the local network. Their messages are judged when they come: none may name what is nearer than its sender.</summary>
    Peers,
}

/// <summary>
/// Decides which addresses are used, and for what. A client has one, and every part of it that meets an address asks this one. Immutable; safe for
/// all threads.
/// </summary>
/// <remarks>
/// The questions differ because the risks do: a peer on loopback is how two clients on one machine find each other, while a DHT node there can only
/// be a lie unless the DHT is a closed one.
/// </remarks>
internal sealed class AddressPolicy
{
    /// <summary>Ports below this one belong to the system's services.</summary>
    public const int FirstPeerPort = 1024;

    // Services that act on lines of text and often trust everyone who can connect: databases, caches, search engines, containers.
    private static readonly int[] ServicePorts =
        [1433, 1521, 2049, 2375, 2376, 2379, 3306, 5432, 5672, 5984, 6379, 9042, 9092, 9200, 9300, 10250, 11211, 27017];

    private readonly Func<CompactEndPoint, bool>? _isBlocked;
    private readonly OwnNetworks? _own;

    /// <summary>Creates the policy.</summary>
    /// <param name="isBlocked">Says of an address, whatever its port, whether nothing is to be exchanged with it; null when no address is
    /// blocked.</param>
    /// <param name="own">The networks that this machine is in. Null, for simulations, makes every private network ours, and loopback too.</param>
    public AddressPolicy(Func<CompactEndPoint, bool>? isBlocked = null, OwnNetworks? own = null)
    {
        _isBlocked = isBlocked;
        _own = own;
    }

    /// <summary>Whether the path of a URL is one of a tracker: its last part begins with <c>announce</c>.</summary>
    public static bool IsTrackerPath(string path) => path.AsSpan(path.LastIndexOf('/') + 1).StartsWith("announce", StringComparison.Ordinal);

    /// <summary>Why we do not connect to a peer, or null when we may. Asked right before each connection: our own networks change.</summary>
    public string? PeerFault(IPEndPoint peer, PeerSource source)
    {
        if (source == PeerSource.User)
            return null;
        AddressReach reach = AddressFacts.ReachOf(peer.Address);
        bool isByName = source is PeerSource.Link or PeerSource.Tracker;
        if ((isByName || reach != AddressReach.World) && (peer.Port < FirstPeerPort || Array.IndexOf(ServicePorts, peer.Port) >= 0))
            return "its port is one of other services";
        return reach switch
        {
            AddressReach.Nobody => "no host can have the address",
            AddressReach.Loopback when source == PeerSource.Link && !IsLoopbackOurs => "it is this machine itself",
            AddressReach.Link when isByName => "it is a link-local address",
            AddressReach.Private when isByName && !IsOurs(peer.Address) => NotOurs,
            _ => null,
        };
    }

    /// <summary>Why we do not send a tracker's request to an address, or null when we may.</summary>
    /// <param name="address">Where the tracker's name leads now.</param>
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
    /// Whether an address that a tracker names is believed: this machine and link-local addresses only of a tracker that is as near.
    /// </summary>
    /// <param name="named">The address.</param>
    /// <param name="tracker">How far the tracker's own address reaches.</param>
    public static bool Believes(IPAddress named, AddressReach tracker) =>
        AddressFacts.ReachOf(named) is var reach && (reach is AddressReach.World or AddressReach.Private || reach >= tracker);

    /// <summary>Whether a stream from there is taken: asked before its handshake is read.</summary>
    public bool Accepts(IPAddress remote) => !IsBlocked(CompactEndPoint.From(remote, 0));

    /// <summary>
    /// Whether a peer at the address may be dialled, independent of the source of the address: it has a port, and its address is
    /// neither unspecified, multicast nor reserved.
    /// </summary>
    public bool MayDial(IPEndPoint peer) =>
        peer.Port != 0 && CompactEndPoint.From(peer) is var compact && IsHost(compact, firstReservedOctet: 224) && !IsBlocked(compact);

    /// <summary>
    /// Whether a peer that a tracker names is taken from its response. Reserved addresses (240.0.0.0/4) count as peers that the tracker named; they
    /// are never dialled.
    /// </summary>
    public bool MayList(IPAddress address, int port)
    {
        if (port is < 1 or > IPEndPoint.MaxPort)
            return false;
        CompactEndPoint peer = CompactEndPoint.From(address, port);
        bool isHost = IsHost(peer, firstReservedOctet: 256) && (peer.IsV6 || ((uint)peer.Host >> 28) != 0xE) && peer.Host != uint.MaxValue;
        return isHost && !IsBlocked(peer);
    }

    /// <summary>Whether a datagram from there is answered.</summary>
    public bool MayAnswer(CompactEndPoint remote) => MayBeNode(remote, allowLoopback: true);

    /// <summary>Whether a DHT node may be there: datagrams are neither taken from elsewhere nor sent there.</summary>
    /// <param name="endPoint">Where the node is.</param>
    /// <param name="allowLoopback">Whether the DHT is a closed one, whose nodes may be on this machine.</param>
    public bool MayBeNode(CompactEndPoint endPoint, bool allowLoopback) => endPoint.Port != 0 && AddressFacts.ReachOf(endPoint) switch
    {
        AddressReach.Nobody => false,
        AddressReach.Loopback => allowLoopback && !IsBlocked(endPoint),
        _ => !IsBlocked(endPoint),
    };

    /// <summary>
    /// Whether an address that <paramref name="teller"/> names is believed: one of a private network or of loopback only if the teller itself is
    /// there.
    /// A stranger from outside who names our router or our printer means harm, or knows no better.
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
