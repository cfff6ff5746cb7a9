using System.Collections.Immutable;
using System.Globalization;
using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>Reads the trackers (BEP 12), web seeds (BEP 19) and DHT nodes (BEP 5) of a torrent.</summary>
internal sealed class UrlReader
{
    /// <summary>Maximum length of a URL, in bytes; a longer URL is ignored.</summary>
    public const int MaxUrlBytes = 2048;

    /// <summary>Maximum number of trackers, of web seeds and of DHT nodes per torrent; the rest is ignored.</summary>
    public const int MaxUrls = 1000;

    private readonly WarningList _warnings;

    /// <summary>Creates a reader that adds a warning for each URL that it ignores.</summary>
    public UrlReader(WarningList warnings) => _warnings = warnings;

    /// <summary>Tracker URLs by tier. <c>announce</c> is used only when <c>announce-list</c> contains none (BEP 12).</summary>
    public ImmutableArray<ImmutableArray<string>> ReadTrackers(BencodeNode root)
    {
        ImmutableArray<ImmutableArray<string>>.Builder tiers = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        root.TryGetList("announce-list"u8, out BencodeNode list);
        foreach (BencodeNode tier in list.Items)
            AddTier(tier, seen, tiers);
        if (tiers.Count == 0 && root.TryGet("announce"u8, out BencodeNode announce))
            AddTier(announce, seen, tiers);
        return tiers.ToImmutable();
    }

    /// <summary>Web seed URLs: one string or a list of strings.</summary>
    public ImmutableArray<string> ReadWebSeeds(BencodeNode root)
    {
        root.TryGet("url-list"u8, out BencodeNode list);
        return ReadUrls(list, new HashSet<string>(StringComparer.Ordinal));
    }

    /// <summary>DHT nodes as <c>host:port</c>, with IPv6 addresses in brackets; malformed nodes are ignored.</summary>
    public static ImmutableArray<string> ReadNodes(BencodeNode root)
    {
        ImmutableArray<string>.Builder nodes = ImmutableArray.CreateBuilder<string>();
        root.TryGetList("nodes"u8, out BencodeNode list);
        foreach (BencodeNode pair in list.Items)
        {
            if (nodes.Count == MaxUrls)
                break;
            BencodeItems items = pair.Items;
            if (!items.MoveNext() || !items.Current.TryGetText(out string? host) || !items.MoveNext() || !items.Current.TryGetInteger(out long port))
                continue;
            host = host.Trim();
            if (host.Length is 0 or > 255 || port is < 1 or > 65535 || HasControl(host) || host.Contains(' ', StringComparison.Ordinal))
                continue;
            bool isBareIpv6 = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[');
            nodes.Add(string.Create(CultureInfo.InvariantCulture, $"{(isBareIpv6 ? $"[{host}]" : host)}:{port}"));
        }

        return nodes.ToImmutable();
    }

    // Some programs write plain strings in place of tiers: each is treated as a tier with one tracker.
    private void AddTier(BencodeNode tier, HashSet<string> seen, ImmutableArray<ImmutableArray<string>>.Builder tiers)
    {
        ImmutableArray<string> urls = ReadUrls(tier, seen);
        if (!urls.IsEmpty)
            tiers.Add(urls);
    }

    private ImmutableArray<string> ReadUrls(BencodeNode node, HashSet<string> seen)
    {
        if (node.Kind != BencodeKind.List)
            return TryReadUrl(node, seen, out string? one) ? [one] : [];
        ImmutableArray<string>.Builder urls = ImmutableArray.CreateBuilder<string>();
        foreach (BencodeNode item in node.Items)
        {
            if (TryReadUrl(item, seen, out string? url))
                urls.Add(url);
        }

        return urls.ToImmutable();
    }

    private bool TryReadUrl(BencodeNode node, HashSet<string> seen, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? url)
    {
        url = null;
        if (!node.TryGetBytes(out ReadOnlySpan<byte> bytes) || bytes.IsEmpty)
            return false;
        if (bytes.Length > MaxUrlBytes || !node.TryGetText(out string? text) || HasControl(text = text.Trim()))
        {
            _warnings.Add($"a URL of {bytes.Length} bytes is ignored: it is not UTF-8, has control characters or exceeds {MaxUrlBytes} bytes");
            return false;
        }

        if (text.Length == 0 || seen.Contains(text))
            return false;
        if (seen.Count == MaxUrls)
        {
            _warnings.Add($"a URL is ignored: there are more than {MaxUrls}");
            return false;
        }

        seen.Add(text);
        url = text;
        return true;
    }

    private static bool HasControl(string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
                return true;
        }

        return false;
    }
}
