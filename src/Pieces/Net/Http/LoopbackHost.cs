using System.Net;

namespace Pieces.Net.Http;

/// <summary>Tells hosts on this machine's loopback from others.</summary>
internal static class LoopbackHost
{
    /// <summary>Whether the address is this machine's own loopback, IPv4-mapped ones included.</summary>
    public static bool IsLoopback(IPAddress address) =>
        IPAddress.IsLoopback(address) || (address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(address.MapToIPv4()));

    /// <summary>Whether the host of a URL is loopback by its spelling alone.</summary>
    public static bool IsLoopbackName(Uri url) =>
        url.IdnHost.TrimEnd('.') is var host
        && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && (IsLoopback(address) || address.Equals(IPAddress.Any))));
}
