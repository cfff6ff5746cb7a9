using System.Globalization;
using System.Net;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// Parses a magnet link (BEP 9, 52, 53). Only the parameters that identify the torrent must be valid. Other invalid parameters are ignored with a
/// warning, because links are often damaged when they are passed on. Used once.
/// </summary>
internal sealed class MagnetParser
{
    /// <summary>Maximum number of peers, and of DHT nodes, per link.</summary>
    public const int MaxPeers = 200;

    /// <summary>Maximum length of the display name, in characters; the rest is cut off.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>The bytes before the SHA-256 in a multihash, in hexadecimal digits: the algorithm and the length of 32 bytes.</summary>
    public const string Sha256Prefix = "1220";

    private const string BtmhPrefix = "urn:btmh:";
    private const int Sha256Digits = 64;

    private readonly WarningList _warnings = new();
    private readonly List<string> _trackers = [];
    private readonly List<string> _webSeeds = [];
    private readonly List<EndPoint> _peers = [];
    private readonly List<string> _nodes = [];
    private readonly List<(int First, int Last)> _files = [];
    private bool _selects;
    private bool _isSourceNoted;
    private InfoHash? _infoHash;
    private InfoHashV2? _infoHashV2;
    private string? _otherTopic;
    private string? _name;
    private long? _length;

    /// <summary>Parses a text that begins with <see cref="MagnetLink.Scheme"/>.</summary>
    /// <exception cref="MagnetException">The link identifies no torrent, more than one, or one that is not supported.</exception>
    public MagnetLink Parse(string text)
    {
        if (text.Length > MagnetQuery.MaxLength)
            throw new MagnetException($"the magnet link is {text.Length} characters long; at most {MagnetQuery.MaxLength} are accepted");
        MagnetParameter[] parameters = MagnetQuery.Split(text)
            ?? throw new MagnetException("the magnet link has no \"?\" after \"magnet:\" (a link begins with magnet:?xt=urn:btih:)");
        if (parameters.Length > MagnetQuery.MaxParameters)
            throw new MagnetException($"the magnet link has more than {MagnetQuery.MaxParameters} parameters");
        foreach (MagnetParameter parameter in parameters)
            Read(parameter);

        return new MagnetLink
        {
            InfoHash = _infoHash ?? throw NoInfoHash(),
            InfoHashV2 = _infoHashV2,
            Name = _name,
            Length = _length,
            Trackers = [.. _trackers],
            Peers = [.. _peers],
            WebSeeds = [.. _webSeeds],
            Nodes = [.. _nodes],
            SelectedFiles = _selects ? MagnetSelection.Expand(_files) : null,
            Warnings = _warnings.ToImmutable(),
        };
    }

    private MagnetException NoInfoHash()
    {
        if (_infoHashV2 is not null)
            return new MagnetException("the magnet link names a BitTorrent v2 torrent (btmh) and no v1 info-hash; v2 alone is not supported");
        return _otherTopic is null
            ? new MagnetException("the magnet link has no info-hash (xt=urn:btih:... is missing; in a shell, put the link in quotes)")
            : new MagnetException($"the magnet link has no info-hash (xt=urn:btih:...); its xt is \"{DisplayText.Escape(_otherTopic, 80)}\"");
    }

    private void Read(MagnetParameter parameter)
    {
        string value = parameter.RawValue;
        switch (parameter.Key)
        {
            case "xt":
                ReadTopic(value);
                break;
            case "tr":
                AddUrl(value, _trackers, "a tracker");
                break;
            case "ws":
                AddUrl(value, _webSeeds, "a web seed");
                break;
            case "dn":
                ReadName(value);
                break;
            case "xl" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length):
                _length ??= length;
                break;
            case "x.pe":
                AddPeer(value);
                break;
            case "dht":
                AddNode(value);
                break;
            case "xs" or "as":
                NoteSource(value);
                break;
            case "so":
                ReadSelection(value);
                break;
        }
    }

    private void ReadTopic(string value)
    {
        if (!PercentCoding.TryDecode(value, out string? topic))
            throw new MagnetException($"the magnet link's xt is \"{DisplayText.Escape(value, 80)}\", whose percent-coding is broken");
        topic = topic.Trim();
        if (topic.StartsWith(MagnetDisplayName.HashPrefix, StringComparison.OrdinalIgnoreCase))
            ReadInfoHash(topic[MagnetDisplayName.HashPrefix.Length..]);
        else if (topic.StartsWith(BtmhPrefix, StringComparison.OrdinalIgnoreCase))
            ReadInfoHashV2(topic[BtmhPrefix.Length..]);
        else
            _otherTopic ??= topic;
    }

    private void ReadInfoHash(string text)
    {
        if (!InfoHash.TryParse(LinkText.HashIn(text) ?? text, out InfoHash infoHash))
        {
            throw new MagnetException($"the magnet link's info-hash \"{DisplayText.Escape(text, 80)}\" is {text.Length} characters long " +
                "and neither 40 hexadecimal digits nor 32 base32 letters (is a part of the link missing?)");
        }

        if (_infoHash is { } other && other != infoHash)
            throw new MagnetException($"the magnet link names two torrents, {other} and {infoHash}");
        _infoHash = infoHash;
    }

    private void ReadInfoHashV2(string text)
    {
        if (!text.StartsWith(Sha256Prefix, StringComparison.Ordinal))
        {
            throw new MagnetException($"the magnet link's v2 hash begins with \"{DisplayText.Escape(text, 4)}\"; " +
                $"only SHA-256 of 32 bytes ({Sha256Prefix}) is supported");
        }

        string digits = text[Sha256Prefix.Length..];
        if (!InfoHashV2.TryParse(digits, out InfoHashV2 infoHash))
        {
            throw new MagnetException($"the magnet link's v2 hash has {digits.Length} characters after {Sha256Prefix}, " +
                $"not {Sha256Digits} hexadecimal digits");
        }

        if (_infoHashV2 is { } other && other != infoHash)
            throw new MagnetException($"the magnet link names two v2 torrents, {other} and {infoHash}");
        _infoHashV2 = infoHash;
    }

    private void ReadName(string value)
    {
        string name = MagnetQuery.DecodeWords(value);
        if (_name is null && name.Length > 0)
            _name = name.Length > MaxNameLength ? name[..MaxNameLength] : name;
    }

    private void AddUrl(string value, List<string> urls, string what)
    {
        if (!PercentCoding.TryDecode(value, out string? url))
        {
            _warnings.Add($"{what} is ignored: its percent-coding is broken");
            return;
        }

        url = url.Trim();
        if (url.Length == 0 || urls.Contains(url, StringComparer.Ordinal))
            return;
        if (url.Length > UrlReader.MaxUrlBytes || url.Any(char.IsControl))
            _warnings.Add($"{what} is ignored: its URL has control characters or more than {UrlReader.MaxUrlBytes} characters");
        else if (_trackers.Count + _webSeeds.Count >= UrlReader.MaxUrls)
            _warnings.Add($"{what} is ignored: there are more than {UrlReader.MaxUrls} URLs");
        else
            urls.Add(url);
    }

    private void AddPeer(string value)
    {
        if (!PercentCoding.TryDecode(value, out string? text) || !MagnetAddress.TryParse(text, out EndPoint? peer))
            _warnings.Add($"a peer is ignored: \"{DisplayText.Escape(value, 80)}\" is not HOST:PORT");
        else if (_peers.Count >= MaxPeers)
            _warnings.Add($"a peer is ignored: there are more than {MaxPeers}");
        else if (!_peers.Contains(peer))
            _peers.Add(peer);
    }

    private void AddNode(string value)
    {
        if (!PercentCoding.TryDecode(value, out string? text) || !MagnetAddress.TryParse(text, out EndPoint? node))
            _warnings.Add($"a DHT node is ignored: \"{DisplayText.Escape(value, 80)}\" is not HOST:PORT");
        else if (_nodes.Count < MaxPeers && MagnetAddress.Write(node) is var written && !_nodes.Contains(written))
            _nodes.Add(written);
    }

    // The URL of a .torrent, or a link of another network. Nothing is fetched from there: the link is not trusted, and peers have the metadata.
    private void NoteSource(string value)
    {
        if (_isSourceNoted)
            return;
        _isSourceNoted = true;
        bool isUrl = PercentCoding.TryDecode(value, out string? url) && LinkText.IsUrl(url.Trim());
        _warnings.Add(isUrl
            ? "the link's source of the .torrent (xs, as) is ignored, and its metadata is fetched from peers "
                + "(to use the source, give its URL instead of the link)"
            : "the link's other sources (xs, as) are ignored: they are not the URL of a .torrent");
    }

    private void ReadSelection(string value)
    {
        // A link with a selection never selects all files, even if the selection cannot be read.
        _selects = true;
        bool isDecoded = PercentCoding.TryDecode(value, out string? text);
        if (!isDecoded || !MagnetSelection.Read(text, _files))
            _warnings.Add($"not all of the selection \"{DisplayText.Escape(value, 80)}\" names files (the format is so=0,2,6-8)");
    }
}
