using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pieces.Cli.Share;

/// <summary>Which addresses of this machine the other side is told of.</summary>
internal static class ShareAddresses
{
    /// <summary>Most that are told: a command line is to stay one.</summary>
    public const int Most = 16;

    // Addresses for documentation (RFC 5737, 3849): a socket that is to send there shows by which address the machine goes out, and nothing is sent.
    private static readonly IPAddress[] Far = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];

    /// <summary>Chooses among the machine's own.</summary>
    /// <param name="bound">The one that all sockets are bound to, or null for none.</param>
    public static IReadOnlyList<IPAddress> Find(IPAddress? bound) => bound is not null ? [bound] : Choose(All(), [.. Far.Select(TowardsOrNull).OfType<IPAddress>()]);

    /// <summary>
    /// Chooses: each once, those by which the machine goes out in front, IPv4 before IPv6. What others cannot reach or not without naming an interface is left out:
    /// loopback and link-local addresses. Loopback alone stands when there is nothing else.
    /// </summary>
    /// <param name="all">Addresses of the interfaces.</param>
    /// <param name="preferred">Those that go in front, if they are among them.</param>
    public static IReadOnlyList<IPAddress> Choose(IEnumerable<IPAddress> all, IReadOnlyCollection<IPAddress> preferred)
    {
        IPAddress[] reachable =
        [
            .. all.Where(IsReachable).Select(WithoutScope).Distinct()
                .OrderBy(address => preferred.Contains(address) ? 0 : 1)
                .ThenBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                .Take(Most),
        ];
        return reachable.Length > 0 ? reachable : [IPAddress.Loopback];
    }

    private static bool IsReachable(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
            return false;
        byte[] bytes = address.GetAddressBytes();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => bytes is not ([169, 254, ..] or [0, ..] or [>= 224, ..]),
            // Global ones, and those that are unique in a network of one's own (RFC 4193). Teredo is a tunnel to nowhere by now.
            AddressFamily.InterNetworkV6 => bytes[0] >> 5 == 1 && !address.IsIPv6Teredo || (bytes[0] & 0xfe) == 0xfc,
            _ => false,
        };
    }

    private static IPAddress WithoutScope(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;

    private static IEnumerable<IPAddress> All() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus is not (OperationalStatus.Down or OperationalStatus.NotPresent or OperationalStatus.LowerLayerDown))
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address);

    private static IPAddress? TowardsOrNull(IPAddress far)
    {
        try
        {
            using var probe = new Socket(far.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(far, 9);
            return (probe.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            // No way out by this family: then no address of it is better than another.
            return null;
        }
    }
}
