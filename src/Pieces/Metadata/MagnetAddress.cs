using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pieces.Metadata;

/// <summary>Addresses in magnet links: <c>host:port</c>, IPv6 in brackets.</summary>
internal static class MagnetAddress
{
    /// <summary>Longest host name, in characters.</summary>
    public const int MaxHostLength = 253;

    /// <summary>Reads an address or a name with its port; false when it is neither.</summary>
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

    /// <summary>Whether a text is a host's name, and not an address in any form.</summary>
    public static bool IsHostName(string host) =>
        host.Length is > 0 and <= MaxHostLength && !IsNumeric(host) && Uri.CheckHostName(host) == UriHostNameType.Dns;

    // What is made of digits and dots alone must be an address of four parts: "1" is read as 0.0.0.1 by some and as a name by others.
    private static bool IsNumeric(string host) => host.All(c => char.IsAsciiDigit(c) || c == '.');

    /// <summary>Writes one as <see cref="TryParse"/> reads it.</summary>
    public static string Write(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint name => string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}"),
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString(),
        // The number of an interface means nothing on another machine.
        IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6, Address.ScopeId: not 0 } linkLocal =>
            new IPEndPoint(new IPAddress(linkLocal.Address.GetAddressBytes()), linkLocal.Port).ToString(),
        _ => endPoint.ToString()!,
    };

    private static bool TryReadPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= IPEndPoint.MaxPort;
}
