using System.Net;

namespace Pieces.Net.Http;

/// <summary>What the host part of a URL says without a name lookup.</summary>
internal static class HostName
{
    /// <summary>The reach of the host if it is an address or a name of this machine; null for any other name.</summary>
    public static AddressReach? ReachOf(Uri url)
    {
        string host = url.IdnHost.TrimEnd('.');
        if (IsOrIsBelow(host, "localhost"))
            return AddressReach.Loopback;
        return IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) ? ReachOf(address) : null;
    }

    /// <summary>Whether the host is this machine.</summary>
    public static bool IsLoopback(Uri url) => ReachOf(url) == AddressReach.Loopback;

    /// <summary>The reach of an address; the unspecified address is treated as this machine.</summary>
    public static AddressReach ReachOf(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? AddressReach.Loopback : AddressFacts.ReachOf(address);

    private static bool IsOrIsBelow(string host, string domain) =>
        host.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (host.Length == domain.Length || host[^(domain.Length + 1)] == '.');
}
