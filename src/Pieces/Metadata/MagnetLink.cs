using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// A <c>magnet:</c> link (BEP 9, BEP 53; BEP 52 for the second hash of a hybrid), which identifies a torrent without containing its metadata.
/// Immutable. Tracker URLs include passkeys: mask them for display.
/// </summary>
public sealed class MagnetLink
{
    /// <summary>The scheme at the beginning of a link.</summary>
    public const string Scheme = "magnet:";

    /// <summary>The v1 info-hash.</summary>
    public required InfoHash InfoHash { get; init; }

    /// <summary>The v2 info-hash of a hybrid; null when the link does not contain it.</summary>
    public InfoHashV2? InfoHashV2 { get; init; }

    /// <summary>The torrent, identified by the info-hashes in the link.</summary>
    internal TorrentId Id => new(InfoHash, InfoHashV2);

    /// <summary>Display name (<c>dn</c>), or null. It is not verified, and for display only.</summary>
    public string? Name { get; init; }

    /// <summary>Total length of all files in bytes (<c>xl</c>), or null. It is not verified.</summary>
    public long? Length { get; init; }

    /// <summary>Tracker URLs (<c>tr</c>), without duplicates.</summary>
    public ImmutableArray<string> Trackers { get; init; } = [];

    /// <summary>Addresses of initial peers (<c>x.pe</c>): <see cref="IPEndPoint"/> or <see cref="DnsEndPoint"/>, without duplicates.</summary>
    public ImmutableArray<EndPoint> Peers { get; init; } = [];

    /// <summary>Web seed URLs (<c>ws</c>); not used yet.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>DHT bootstrap nodes (<c>dht</c>), as <c>host:port</c>.</summary>
    public ImmutableArray<string> Nodes { get; init; } = [];

    /// <summary>
    /// Indexes of the selected files (<c>so</c>, BEP 53), ascending, without duplicates, from 0; null for all files, empty when no index is valid.
    /// </summary>
    public ImmutableArray<int>? SelectedFiles { get; init; }

    /// <summary>Warnings about parts of the link that were ignored, one line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Whether a text is meant as a magnet link: it begins with <see cref="Scheme"/>, in any case.</summary>
    public static bool IsLink(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The name of a link in messages, valid or not: its display name, otherwise its info-hash, otherwise the beginning of the link, in which
    /// <c>***</c> replaces everything that may be secret. It is cut after 80 characters, with an ellipsis, and control characters are escaped.
    /// </summary>
    /// <param name="text">A text for which <see cref="IsLink"/> is true.</param>
    /// <returns>Null when the link has no query, so that its secret parts cannot be recognised.</returns>
    public static string? DisplayNameOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsLink(text) ? MagnetDisplayName.Of(text) : null;
    }

    /// <summary>Parses a link, or a bare info-hash (40 hexadecimal digits or 32 base32 characters).</summary>
    /// <exception cref="MagnetException">The text is invalid or not supported; the message names the reason.</exception>
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

    /// <summary>Creates the link of a torrent: its info-hashes, name, length, trackers, web seeds and DHT nodes.</summary>
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

    /// <summary>Indexes of the files of a torrent that the link selects (<c>so</c>, BEP 53); null for all files.</summary>
    /// <exception cref="MetainfoException">The torrent has none of the selected files.</exception>
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
                ? "the magnet link selects files that cannot be read (the format is so=0,2,6-8)"
                : $"the magnet link selects none of the torrent's {metainfo.Files.Length} files (so={selection})");
        }

        return known;
    }

    /// <summary>Copies the link with other initial peers.</summary>
    public MagnetLink WithPeers(IEnumerable<EndPoint> peers) => With(Trackers, [.. peers]);

    /// <summary>Copies the link with more trackers after its own.</summary>
    /// <param name="urls">URLs of the trackers; duplicates are ignored.</param>
    public MagnetLink WithMoreTrackers(IEnumerable<string> urls) => With([.. Trackers.Concat(urls).Distinct(StringComparer.Ordinal)], Peers);

    /// <summary>The complete link with its parameters in the usual order, including secrets of trackers.</summary>
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

        // Colons and brackets are not percent-encoded: all clients write them plainly, and some do not decode these parameters.
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
