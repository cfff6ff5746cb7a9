using System.Net;
using System.Net.Sockets;
using Pieces.Net;

namespace Pieces.Peers;

/// <summary>Which addresses can be a peer's at all, whoever names them.</summary>
internal static class PeerAddressRules
{
    /// <summary>Whether it may be dialled: a port, and neither unspecified, multicast nor broadcast (loopback stays: it is how a LAN of one is tried).</summary>
    public static bool IsUsable(IPEndPoint endPoint)
    {
        if (endPoint.Port == 0)
            return false;
        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            return !endPoint.Address.IsIPv6Multicast && !endPoint.Address.Equals(IPAddress.IPv6Any) && !endPoint.Address.Equals(IPAddress.IPv6None);

        Span<byte> bytes = stackalloc byte[4];
        return endPoint.Address.TryWriteBytes(bytes, out int written) && written == 4 && bytes[0] != 0 && bytes[0] < 224;
    }

    /// <summary>One spelling for one address: an IPv4-mapped IPv6 address becomes IPv4.</summary>
    public static IPEndPoint Normalize(IPEndPoint endPoint) => SocketText.Unmapped(endPoint);
}
