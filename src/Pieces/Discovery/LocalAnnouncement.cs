using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pieces.Primitives;

namespace Pieces.Discovery;

/// <summary>An announcement to the local network: the torrents of a client and its port (BEP 14).</summary>
/// <param name="Port">The client's listen port, at least 1.</param>
/// <param name="InfoHashes">The client's torrents, at least one.</param>
/// <param name="Cookie">A value by which a client recognizes its own announcements; null if absent.</param>
internal sealed record LocalAnnouncement(int Port, ImmutableArray<SwarmKey> InfoHashes, string? Cookie)
{
    /// <summary>Maximum length of an announcement in bytes (BEP 14: "should not exceed 1400").</summary>
    public const int MaxLength = 1400;

    /// <summary>Maximum number of info-hashes in one announcement.</summary>
    public const int MaxInfoHashes = 20;

    private const string FirstLine = "BT-SEARCH * HTTP/1.1";
    private const string LineEnd = "\r\n";

    /// <summary>Encodes the announcement.</summary>
    /// <param name="host">The multicast group and port it is sent to.</param>
    public byte[] Write(string host)
    {
        var text = new StringBuilder(FirstLine).Append(LineEnd)
            .Append("Host: ").Append(host).Append(LineEnd)
            .Append(CultureInfo.InvariantCulture, $"Port: {Port}").Append(LineEnd);
        foreach (SwarmKey infoHash in InfoHashes)
            text.Append("Infohash: ").Append(infoHash.ToString()).Append(LineEnd);
        if (Cookie is not null)
            text.Append("cookie: ").Append(Cookie).Append(LineEnd);
        return Encoding.ASCII.GetBytes(text.Append(LineEnd).Append(LineEnd).ToString());
    }

    /// <summary>Decodes an announcement; null if it is malformed or unusable. Headers may be in any order and case.</summary>
    public static LocalAnnouncement? Read(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > MaxLength || !Ascii.IsValid(datagram))
            return null;
        string[] lines = Encoding.ASCII.GetString(datagram).Split(LineEnd);
        if (!lines[0].Equals(FirstLine, StringComparison.OrdinalIgnoreCase))
            return null;
        int port = 0;
        string? cookie = null;
        ImmutableArray<SwarmKey>.Builder infoHashes = ImmutableArray.CreateBuilder<SwarmKey>();
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            string value = line[(colon + 1)..].Trim();
            if (IsHeader(line, colon, "Port"))
                int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out port);
            else if (IsHeader(line, colon, "cookie"))
                cookie = value;
            else if (IsHeader(line, colon, "Infohash") && InfoHash.TryParse(value, out InfoHash infoHash))
                infoHashes.Add(SwarmKey.Of(infoHash));
        }

        bool isUsable = port is > 0 and <= System.Net.IPEndPoint.MaxPort && infoHashes.Count > 0;
        return isUsable ? new LocalAnnouncement(port, infoHashes.ToImmutable(), cookie) : null;
    }

    private static bool IsHeader(string line, int colon, string name) =>
        line.AsSpan(0, colon).Trim().Equals(name, StringComparison.OrdinalIgnoreCase);
}
