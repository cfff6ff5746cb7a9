using System.Net;
using System.Net.Sockets;

namespace Pieces.Trackers;

/// <summary>Finds the addresses of a tracker's host.</summary>
internal static class TrackerHost
{
    /// <summary>The host's addresses that can be reached from the address to send from; at least one.</summary>
    /// <exception cref="SocketException">There is none.</exception>
    public static async Task<IPAddress[]> ResolveAsync(string host, TrackerSettings settings, CancellationToken cancellationToken)
    {
        IPAddress[] all = IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? literal)
            ? [literal]
            : await settings.Resolve(host, cancellationToken).ConfigureAwait(false);
        if (all.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        if (settings.Binding?.Address is not { } own)
            return all;
        IPAddress[] fitting = Array.FindAll(all, address => address.AddressFamily == own.AddressFamily);
        return fitting.Length > 0 ? fitting : throw new SocketException((int)SocketError.AddressFamilyNotSupported);
    }

    /// <summary>Whether the address is this machine's own loopback, IPv4-mapped ones included.</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address) || (address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(address.MapToIPv4()));

    /// <summary>Whether the host of a URL is loopback by its spelling alone.</summary>
    public static bool IsLoopbackName(Uri url) =>
        url.IdnHost.TrimEnd('.') is var host
        && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && (IsLoopback(address) || address.Equals(IPAddress.Any))));
}
