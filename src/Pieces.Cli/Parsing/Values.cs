using System.Globalization;
using System.Net;
using Pieces.Primitives;

namespace Pieces.Cli.Parsing;

/// <summary>Parses the values of flags. Each method throws <see cref="FormatException"/> with the reason if the text is not valid.</summary>
internal static class Values
{
    /// <summary>Maximum duration that a flag accepts: 3650 days.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(3650);

    /// <summary>Parses a switch: <c>1</c>, <c>0</c>, <c>true</c> or <c>false</c>.</summary>
    public static bool Switch(string text) => text switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => throw new FormatException($"\"{text}\" is not one of 1, 0, true, false"),
    };

    /// <summary>Parses how often a flag such as <c>-v</c> counts: <c>0</c> to <c>3</c>, or the value of a switch. Returns it as a digit.</summary>
    public static string Times(string text) => text switch
    {
        "2" or "3" => text,
        "0" or "1" or "true" or "false" => Switch(text) ? "1" : "0",
        _ => throw new FormatException($"\"{text}\" is not one of 0, 1, 2, 3"),
    };

    /// <summary>Parses the name of a file, folder or network interface: any text that is not empty.</summary>
    public static string Name(string text) => text.Length > 0 ? text : throw new FormatException("the name is empty");

    /// <summary>Parses a duration such as <c>90s</c>, <c>15m</c>, <c>2h</c> or <c>1d</c>. A number without a unit is in seconds.</summary>
    public static TimeSpan Duration(string text)
    {
        double unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        string digits = unit == 0 ? text : text[..^1];
        if (!TryNumber(digits, out double number))
            throw new FormatException($"\"{text}\" is not a duration; write 90s, 15m, 2h or 1d");
        double seconds = number * (unit == 0 ? 1 : unit);
        if (seconds > MaxDuration.TotalSeconds)
            throw new FormatException($"\"{text}\" is too long; at most {MaxDuration.TotalHours:0}h are accepted");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Parses a duration greater than zero.</summary>
    public static TimeSpan PositiveDuration(string text)
    {
        TimeSpan duration = Duration(text);
        return duration > TimeSpan.Zero ? duration : throw new FormatException("the duration must be longer than 0");
    }

    /// <summary>Parses a number of bytes with an optional suffix <c>K</c>, <c>M</c> or <c>G</c> (powers of 1024).</summary>
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
            throw new FormatException($"\"{text}\" is not a number of bytes; write for example 500K or 2M");
        double bytes = number * (unit == 0 ? 1 : unit);
        return bytes <= 1L << 53 ? (long)bytes : throw new FormatException($"\"{text}\" is too large");
    }

    /// <summary>Parses a rate in bytes per second, in the form of <see cref="Size"/>. 0 means no limit.</summary>
    public static ByteRate Rate(string text) => new(Size(text));

    /// <summary>Parses a ratio, for example <c>1.5</c>.</summary>
    public static double Ratio(string text) =>
        TryNumber(text, out double ratio) ? ratio : throw new FormatException($"\"{text}\" is not a ratio; write for example 1.5");

    /// <summary>Parses a whole number of at least 1.</summary>
    public static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new FormatException($"\"{text}\" is not a whole number from 1");

    /// <summary>Parses a piece length in bytes, in the form of <see cref="Size"/>. The library checks which lengths are valid.</summary>
    public static int PieceSize(string text) => Size(text) is > 0 and <= int.MaxValue and var size
        ? (int)size
        : throw new FormatException($"\"{text}\" is not a piece size");

    /// <summary>Parses a port. 0 means any port.</summary>
    public static int Port(string text) =>
        TryPort(text, out int port) ? port : throw new FormatException($"\"{text}\" is not a port from 0 to 65535");

    /// <summary>Parses an IPv4 or IPv6 address.</summary>
    public static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? address : throw new FormatException($"\"{text}\" is not an IP address");

    /// <summary>Parses <c>N</c> or <c>N-M</c>. 0 means any port.</summary>
    public static PortRange Ports(string text)
    {
        string[] ends = text.Split('-');
        if (ends.Length == 1 && TryPort(ends[0], out int port))
            return new PortRange(port, port);
        if (ends.Length == 2 && TryPort(ends[0], out int first) && TryPort(ends[1], out int last) && first > 0 && first <= last)
            return new PortRange(first, last);
        throw new FormatException($"\"{text}\" is neither a port from 0 to 65535 nor a range such as 6881-6999");
    }

    /// <summary>Parses <c>HOST:PORT</c>. An IPv6 address must be in brackets.</summary>
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
            throw new FormatException($"\"{text}\" is not HOST:PORT; an IPv6 address is written in brackets, as in [::1]:6881");
        return new DnsEndPoint(host, port);
    }

    /// <summary>Checks the URL of a tracker: http, https or udp.</summary>
    public static string Tracker(string text)
    {
        bool usable = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" or "udp" && url.Host.Length > 0;
        return usable ? text : throw new FormatException("a tracker's URL must begin with http://, https:// or udp://");
    }

    /// <summary>Checks the URL of a web seed: http or https.</summary>
    public static string WebSeed(string text)
    {
        bool usable = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0;
        return usable ? text : throw new FormatException("a web seed's URL must begin with http:// or https://");
    }

    /// <summary>
    /// Parses the URL of a proxy: socks5h or http, with a port. The text may contain a password, so error messages do not quote it.
    /// </summary>
    public static Uri Proxy(string text)
    {
        bool usable = Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "socks5h" or "http"
            && url is { Host.Length: > 0, Port: > 0 } && url.PathAndQuery is "/" or "";
        return usable ? url! : throw new FormatException("a proxy's URL must be socks5h://HOST:PORT or http://HOST:PORT");
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
