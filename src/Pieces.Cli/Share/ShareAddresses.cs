using System.Net;
using System.Net.Sockets;

namespace Pieces.Cli.Share;

/// <summary>Which addresses of this machine the other side is told of.</summary>
internal static class ShareAddresses
{
    /// <summary>Most that are told: a command line is to stay one.</summary>
    public const int Most = 16;

    /// <summary>Chooses among the machine's own.</summary>
    /// <param name="bound">The one that all sockets are bound to, or null for none.</param>
    /// <param name="machine">Says which there are.</param>
    public static IReadOnlyList<IPAddress> Find(IPAddress? bound, IMachineAddresses machine) =>
        bound is not null ? [bound] : Choose(machine.All(), machine.Outward());

    /// <summary>What is to be said when nobody elsewhere can come by what was chosen, or null. Who bound the sockets to it knows that.</summary>
    /// <param name="bound">The address that all sockets are bound to, or null for none.</param>
    /// <param name="chosen">What was chosen.</param>
    public static string? WarningOf(IPAddress? bound, IReadOnlyList<IPAddress> chosen) => bound is null && chosen.All(IPAddress.IsLoopback)
        ? "this machine has no network address: only programs on it can use the line (--interface names an address that is not seen here)"
        : null;

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
}
