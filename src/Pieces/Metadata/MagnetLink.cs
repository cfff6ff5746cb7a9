using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// A <c>magnet:</c> link (BEP 9, 53; BEP 52 for the second hash of a hybrid): names a torrent without holding it. Immutable. Its trackers stand
/// there as they are, passkeys included: whoever shows one masks it.
/// </summary>
public sealed class MagnetLink
{
    /// <summary>What a link begins with.</summary>
    public const string Scheme = "magnet:";

    /// <summary>The swarm's name.</summary>
    public required InfoHash InfoHash { get; init; }

    /// <summary>The v2 info-hash of a hybrid, or null when the link does not name it.</summary>
    public InfoHashV2? InfoHashV2 { get; init; }

    /// <summary>Which torrent it is, by the info-hashes that the link names.</summary>
    internal TorrentId Id => new(InfoHash, InfoHashV2);

    /// <summary>What somebody calls it (<c>dn</c>), or null; a stranger's word and for display only.</summary>
    public string? Name { get; init; }

    /// <summary>Bytes of all files as somebody says (<c>xl</c>), or null.</summary>
    public long? Length { get; init; }

    /// <summary>Tracker URLs (<c>tr</c>), each once.</summary>
    public ImmutableArray<string> Trackers { get; init; } = [];

    /// <summary>Peers to begin with (<c>x.pe</c>): <see cref="IPEndPoint"/> or <see cref="DnsEndPoint"/>, each once.</summary>
    public ImmutableArray<EndPoint> Peers { get; init; } = [];

    /// <summary>Web seed URLs (<c>ws</c>), kept for later use.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>DHT nodes to begin with (<c>dht</c>), <c>host:port</c>.</summary>
    public ImmutableArray<string> Nodes { get; init; } = [];

    /// <summary>
    /// Positions of the files that are wanted (<c>so</c>), ascending, each once, from 0; null for all, empty when none of them can be read.
    /// </summary>
    public ImmutableArray<int>? SelectedFiles { get; init; }

    /// <summary>What was left out while it was read, one line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Whether a text means to be a link: it begins with <see cref="Scheme"/>, in any case.</summary>
    public static bool IsLink(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// How a link is called in messages, whether it can be used or not: by its name, else by its info-hash, else by the beginning of the link itself,
    /// in which <c>***</c> replaces whatever may hold a secret. It has no control characters and at most 81 characters.
    /// </summary>
    /// <param name="text">A text that <see cref="IsLink"/> says is a link.</param>
    /// <returns>Null when the link has no query, so that nothing tells which part of it is secret.</returns>
    public static string? DisplayNameOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsLink(text) ? MagnetDisplayName.Of(text) : null;
    }

    /// <summary>Reads a link, or a bare info-hash (40 hexadecimal digits or 32 base32 letters).</summary>
    /// <exception cref="MagnetException">It cannot be used; the message says why.</exception>
    public static MagnetLink Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = LinkText.Clean(text);
        if (IsLink(text))
            return new MagnetParser().Parse(text);
        if (InfoHash.TryParse(text, out InfoHash infoHash))
            return new MagnetLink { InfoHash = infoHash };
        throw new MagnetException("neither a magnet link nor an info-hash of 40 hexadecimal digits or 32 base32 letters");
    }

    /// <summary>The link of a torrent: its hashes, name, length, trackers, web seeds and nodes.</summary>
    public static MagnetLink Of(Metainfo metainfo)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        return new MagnetLink
        {
            InfoHash = metainfo.InfoHash,
            InfoHashV2 = metainfo.InfoHashV2,
            Name = metainfo.OriginalName,
            Length = metainfo.TotalLength,
            Trackers = [.. metainfo.Trackers.SelectMany(tier => tier)],
            WebSeeds = metainfo.WebSeeds,
            Nodes = metainfo.Nodes,
        };
    }

    /// <summary>Indexes of the files that the link itself selects in its torrent (<c>so</c>), or null for all.</summary>
    /// <exception cref="MetainfoException">None of them is there.</exception>
    public ImmutableArray<int>? FilesOf(Metainfo metainfo)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        if (SelectedFiles is not { } linked)
            return null;
        ImmutableArray<int> known = [.. linked.Where(index => index < metainfo.Files.Length && metainfo.Files[index].IsOnDisk)];
        if (known.IsEmpty)
        {
            string selection = MagnetSelection.Write(linked);
            throw new MetainfoException(linked.IsEmpty
                ? "the magnet link selects files that cannot be read (so=0,2,6-8 is the form)"
                : $"the magnet link selects none of the torrent's {metainfo.Files.Length} files (so={selection})");
        }

        return known;
    }

    /// <summary>The same link with other peers to begin with.</summary>
    public MagnetLink WithPeers(IEnumerable<EndPoint> peers) => With(Trackers, [.. peers]);

    /// <summary>The same link with more trackers behind its own.</summary>
    /// <param name="urls">Their URLs; those that it has already are not said twice.</param>
    public MagnetLink WithMoreTrackers(IEnumerable<string> urls) => With([.. Trackers.Concat(urls).Distinct(StringComparer.Ordinal)], Peers);

    /// <summary>The whole link in its usual order, secrets of trackers included.</summary>
    public override string ToString()
    {
        var link = new StringBuilder("magnet:?xt=urn:btih:").Append(InfoHash);
        if (InfoHashV2 is { } second)
            link.Append("&xt=urn:btmh:").Append(MagnetParser.Sha256Prefix).Append(second);
        if (!string.IsNullOrEmpty(Name))
            link.Append("&dn=").Append(Uri.EscapeDataString(Name));
        if (Length is { } length)
            link.Append(CultureInfo.InvariantCulture, $"&xl={length}");
        if (SelectedFiles is { } files)
            link.Append("&so=").Append(MagnetSelection.Write(files));
        foreach (string url in Trackers)
            link.Append("&tr=").Append(Uri.EscapeDataString(url));
        foreach (string url in WebSeeds)
            link.Append("&ws=").Append(Uri.EscapeDataString(url));

        // Colons and brackets stand as they are: so every client writes them, and not each undoes percent-coding there.
        foreach (EndPoint peer in Peers)
            link.Append("&x.pe=").Append(MagnetAddress.Write(peer));
        foreach (string node in Nodes)
            link.Append("&dht=").Append(node);
        return link.ToString();
    }

    private MagnetLink With(ImmutableArray<string> trackers, ImmutableArray<EndPoint> peers) => new()
    {
        InfoHash = InfoHash,
        InfoHashV2 = InfoHashV2,
        Name = Name,
        Length = Length,
        Trackers = trackers,
        Peers = peers,
        WebSeeds = WebSeeds,
        Nodes = Nodes,
        SelectedFiles = SelectedFiles,
        Warnings = Warnings,
    };
}
