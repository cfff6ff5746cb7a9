using System.Net;

namespace Pieces.Net;

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
    private readonly Func<CompactEndPoint, bool>? _isBlocked;

    /// <summary>Creates the policy.</summary>
    /// <param name="isBlocked">Says of an address, whatever its port, whether nothing is to be exchanged with it; null when no address is
    /// blocked.</param>
    public AddressPolicy(Func<CompactEndPoint, bool>? isBlocked = null) => _isBlocked = isBlocked;

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

    private static bool IsHost(CompactEndPoint endPoint, uint firstReservedOctet)
    {
        if (endPoint.IsV6)
            return endPoint.Host != 0 && (byte)(endPoint.Host >> 120) != 0xFF;
        uint first = (uint)endPoint.Host >> 24;
        return first != 0 && first < firstReservedOctet;
    }

    private bool IsBlocked(CompactEndPoint endPoint) => _isBlocked?.Invoke(endPoint.WithoutPort) == true;
}
