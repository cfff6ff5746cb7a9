using System.Net;

namespace Pieces.Net.Http;

/// <summary>What the host of a URL says by its spelling alone, before any name is looked up.</summary>
internal static class HostName
{
    /// <summary>How far it reaches, where it is an address or a name of this machine; null for any other name.</summary>
    public static AddressReach? ReachOf(Uri url)
    {
        string host = url.IdnHost.TrimEnd('.');
        if (IsOrIsBelow(host, "localhost"))
            return AddressReach.Loopback;
        return IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) ? ReachOf(address) : null;
    }

    /// <summary>Whether it is this machine.</summary>
    public static bool IsLoopback(Uri url) => ReachOf(url) == AddressReach.Loopback;

    /// <summary>How far an address reaches; the unspecified address leads to this machine.</summary>
    public static AddressReach ReachOf(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? AddressReach.Loopback : AddressFacts.ReachOf(address);

    private static bool IsOrIsBelow(string host, string domain) =>
        host.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (host.Length == domain.Length || host[^(domain.Length + 1)] == '.');
}
