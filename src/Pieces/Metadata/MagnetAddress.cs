using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pieces.Metadata;

/// <summary>Addresses in magnet links: <c>host:port</c>, with IPv6 addresses in brackets.</summary>
internal static class MagnetAddress
{
    /// <summary>Maximum length of a host name, in characters.</summary>
    public const int MaxHostLength = 253;

    /// <summary>Parses an address or host name with a port; false when the text is neither.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out EndPoint? endPoint)
    {
        endPoint = null;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryReadPort(text.AsSpan(colon + 1), out int port))
            return false;
        string host = text[..colon];
        if (host is ['[', .., ']'])
        {
            if (IPAddress.TryParse(host[1..^1], out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6)
                endPoint = new IPEndPoint(address, port);
            return endPoint is not null;
        }

        bool isNumeric = IsNumeric(host);
        if (isNumeric && host.Count(c => c == '.') == 3 && IPAddress.TryParse(host, out IPAddress? v4))
            endPoint = new IPEndPoint(v4, port);
        else if (IsHostName(host))
            endPoint = new DnsEndPoint(host, port);
        return endPoint is not null;
    }

    /// <summary>Whether a text is a host name, as opposed to an IP address in any notation.</summary>
    public static bool IsHostName(string host) =>
        host.Length is > 0 and <= MaxHostLength && !IsNumeric(host) && Uri.CheckHostName(host) == UriHostNameType.Dns;

    // A host of digits and dots must be an IPv4 address of four parts: some programs read "1" as 0.0.0.1, others as a name.
    private static bool IsNumeric(string host) => host.All(c => char.IsAsciiDigit(c) || c == '.');

    /// <summary>Writes an address in the form that <see cref="TryParse"/> reads.</summary>
    public static string Write(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint name => string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}"),
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString(),
        // The scope id of an interface has no meaning on another machine.
        IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6, Address.ScopeId: not 0 } linkLocal =>
            new IPEndPoint(new IPAddress(linkLocal.Address.GetAddressBytes()), linkLocal.Port).ToString(),
        _ => endPoint.ToString()!,
    };

    private static bool TryReadPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= IPEndPoint.MaxPort;
}
