using System.Collections.Immutable;
using System.Globalization;
using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>Reads what a torrent says of its sources besides peers: trackers (BEP 12), web seeds (BEP 19) and DHT nodes (BEP 5).</summary>
internal sealed class UrlReader
{
    /// <summary>Longest URL, in bytes; a longer one is left out.</summary>
    public const int MaxUrlBytes = 2048;

    /// <summary>Most trackers, most web seeds and most nodes; what is beyond is left out.</summary>
    public const int MaxUrls = 1000;

    private readonly WarningList _warnings;

    /// <summary>Makes one that says what it leaves out.</summary>
    public UrlReader(WarningList warnings) => _warnings = warnings;

    /// <summary>Trackers by tier. <c>announce</c> counts only when <c>announce-list</c> names none (BEP 12).</summary>
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

    /// <summary>Web seeds: one string or a list of them.</summary>
    public ImmutableArray<string> ReadWebSeeds(BencodeNode root)
    {
        root.TryGet("url-list"u8, out BencodeNode list);
        return ReadUrls(list, new HashSet<string>(StringComparer.Ordinal));
    }

    /// <summary>Nodes as <c>host:port</c>, IPv6 addresses in brackets; malformed ones are left out.</summary>
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

    // Some writers put plain strings where a list of tiers belongs: each is a tier of one.
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
            _warnings.Add($"a URL of {bytes.Length} bytes is left out: it is not UTF-8, has control characters or exceeds {MaxUrlBytes} bytes");
            return false;
        }

        if (text.Length == 0 || seen.Contains(text))
            return false;
        if (seen.Count == MaxUrls)
        {
            _warnings.Add($"a URL is left out: there are more than {MaxUrls}");
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
