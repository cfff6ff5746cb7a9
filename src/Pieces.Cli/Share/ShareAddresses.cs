using System.Net;
using System.Net.Sockets;

namespace Pieces.Cli.Share;

/// <summary>Selects the addresses of this machine that are passed to recipients.</summary>
internal static class ShareAddresses
{
    /// <summary>Maximum number of addresses of this machine in a share's link, so that the link fits on a command line.</summary>
    public const int Most = 16;

    /// <summary>Selects among the addresses of this machine.</summary>
    /// <param name="bound">The address that all sockets are bound to, or null.</param>
    /// <param name="machine">Provides the addresses of the machine.</param>
    public static IReadOnlyList<IPAddress> Find(IPAddress? bound, IMachineAddresses machine) =>
        bound is not null ? [bound] : Choose(machine.All(), machine.Outward());

    /// <summary>
    /// Returns a warning if no other machine can reach the selected addresses; otherwise null. If the user bound the sockets to an address, there is
    /// no warning.
    /// </summary>
    /// <param name="bound">The address that all sockets are bound to, or null.</param>
    /// <param name="chosen">The selected addresses.</param>
    public static string? WarningOf(IPAddress? bound, IReadOnlyList<IPAddress> chosen) => bound is null && chosen.All(IPAddress.IsLoopback)
        ? "this machine has no network address: only programs on it can use the link (--interface sets one that was not detected)"
        : null;

    /// <summary>
    /// Selects each reachable address once. Preferred addresses come first, and IPv4 comes before IPv6. Loopback and link-local addresses are
    /// excluded, because other machines cannot reach them or need an interface name. If no address remains, the result is the loopback address.
    /// </summary>
    /// <param name="all">The addresses of the interfaces.</param>
    /// <param name="preferred">Addresses that come first if they are among them.</param>
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
            // Global addresses and unique local addresses (RFC 4193). Teredo addresses are excluded, because the service no longer exists.
            AddressFamily.InterNetworkV6 => bytes[0] >> 5 == 1 && !address.IsIPv6Teredo || (bytes[0] & 0xfe) == 0xfc,
            _ => false,
        };
    }

    private static IPAddress WithoutScope(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address;
}
