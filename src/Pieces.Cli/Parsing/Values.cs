using System.Globalization;
using System.Net;
using Pieces.Primitives;

namespace Pieces.Cli.Parsing;

/// <summary>Values of flags from their text. Each throws <see cref="FormatException"/> with the reason when the text is none.</summary>
internal static class Values
{
    /// <summary>Longest time that a flag accepts.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(3650);

    /// <summary><c>1 0 true false</c>.</summary>
    public static bool Switch(string text) => text switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => throw new FormatException($"\"{text}\" is none of 1, 0, true, false"),
    };

    /// <summary>How often a flag such as <c>-v</c> is meant, as digits: <c>0</c> to <c>3</c>, or a switch's value.</summary>
    public static string Times(string text) => text switch
    {
        "2" or "3" => text,
        "0" or "1" or "true" or "false" => Switch(text) ? "1" : "0",
        _ => throw new FormatException($"\"{text}\" is none of 0, 1, 2, 3"),
    };

    /// <summary>Any text but none: a name of a file, folder or interface.</summary>
    public static string Name(string text) => text.Length > 0 ? text : throw new FormatException("the name is empty");

    /// <summary><c>90s 15m 2h 1d</c>; a bare number is seconds.</summary>
    public static TimeSpan Duration(string text)
    {
        double unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        string digits = unit == 0 ? text : text[..^1];
        if (!TryNumber(digits, out double number))
            throw new FormatException($"\"{text}\" is no duration; write 90s, 15m, 2h or 1d");
        double seconds = number * (unit == 0 ? 1 : unit);
        if (seconds > MaxDuration.TotalSeconds)
            throw new FormatException($"\"{text}\" is too long; at most {MaxDuration.TotalHours:0}h are accepted");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>A duration that is not zero.</summary>
    public static TimeSpan PositiveDuration(string text)
    {
        TimeSpan duration = Duration(text);
        return duration > TimeSpan.Zero ? duration : throw new FormatException("the time must be longer than 0");
    }

    /// <summary>Bytes with an optional suffix <c>K M G</c>, by 1024.</summary>
    public static long Size(string text)
    {
        double unit = text.Length == 0 ? 0 : text[^1] switch
        {
            'K' or 'k' => 1024,
            'M' or 'm' => 1024 * 1024,
            'G' or 'g' => 1024 * 1024 * 1024,
            _ => 0,
        };
        string digits = unit == 0 ? text : text[..^1];
        if (!TryNumber(digits, out double number))
            throw new FormatException($"\"{text}\" is no number of bytes; write for example 500K or 2M");
        double bytes = number * (unit == 0 ? 1 : unit);
        return bytes <= 1L << 53 ? (long)bytes : throw new FormatException($"\"{text}\" is too much");
    }

    /// <summary>Bytes a second as <see cref="Size"/>; 0 is no limit.</summary>
    public static ByteRate Rate(string text) => new(Size(text));

    /// <summary>A ratio, for example <c>1.5</c>.</summary>
    public static double Ratio(string text) =>
        TryNumber(text, out double ratio) ? ratio : throw new FormatException($"\"{text}\" is no ratio; write for example 1.5");

    /// <summary>A whole number from 1.</summary>
    public static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new FormatException($"\"{text}\" is no whole number from 1");

    /// <summary>Bytes of a piece, as <see cref="Size"/>; which lengths are possible the library knows.</summary>
    public static int PieceSize(string text) => Size(text) is > 0 and <= int.MaxValue and var size ? (int)size : throw new FormatException($"\"{text}\" is no size of a piece");

    /// <summary>A port; 0 is any.</summary>
    public static int Port(string text) => TryPort(text, out int port) ? port : throw new FormatException($"\"{text}\" is no port from 0 to 65535");

    /// <summary>An IPv4 or IPv6 address.</summary>
    public static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? address : throw new FormatException($"\"{text}\" is no IP address");

    /// <summary><c>N</c> or <c>N-M</c>; 0 is any port.</summary>
    public static PortRange Ports(string text)
    {
        string[] ends = text.Split('-');
        if (ends.Length == 1 && TryPort(ends[0], out int port))
            return new PortRange(port, port);
        if (ends.Length == 2 && TryPort(ends[0], out int first) && TryPort(ends[1], out int last) && first > 0 && first <= last)
            return new PortRange(first, last);
        throw new FormatException($"\"{text}\" is no port from 0 to 65535, nor a range such as 6881-6999");
    }

    /// <summary><c>HOST:PORT</c>; an IPv6 address stands in brackets.</summary>
    public static EndPoint Peer(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryPort(text[(colon + 1)..], out int port) || port == 0)
            throw new FormatException($"\"{text}\" is not HOST:PORT");
        string host = text[..colon];
        bool bracketed = host is ['[', .., ']'];
        if (bracketed)
            host = host[1..^1];
        if (IPAddress.TryParse(host, out IPAddress? address) && address.ToString().Contains(':', StringComparison.Ordinal) == bracketed)
            return new IPEndPoint(address, port);
        if (bracketed || Uri.CheckHostName(host) != UriHostNameType.Dns)
            throw new FormatException($"\"{text}\" is not HOST:PORT; an IPv6 address stands in brackets, as in [::1]:6881");
        return new DnsEndPoint(host, port);
    }

    /// <summary>The URL of a tracker: http, https or udp.</summary>
    public static string Tracker(string text)
    {
        bool usable = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" or "udp" && url.Host.Length > 0;
        return usable ? text : throw new FormatException("a tracker's URL begins with http://, https:// or udp://");
    }

    /// <summary>The URL of a web seed: http or https.</summary>
    public static string WebSeed(string text)
    {
        bool usable = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0;
        return usable ? text : throw new FormatException("a web seed's URL begins with http:// or https://");
    }

    /// <summary>The URL of a proxy: socks5h or http, with a port. The text may hold a password and is never repeated.</summary>
    public static Uri Proxy(string text)
    {
        bool usable = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "socks5h" or "http" && url is { Host.Length: > 0, Port: > 0 }
            && url.PathAndQuery is "/" or "";
        return usable ? url! : throw new FormatException("a proxy's URL is socks5h://HOST:PORT or http://HOST:PORT");
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
