using System.Collections.Immutable;
using System.Net;
using Pieces.Encryption;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Parsing;

/// <summary>Settings for finding peers and for exchanging data with them.</summary>
internal sealed record SwarmSettings
{
    /// <summary>Settings for uploading to peers.</summary>
    public required ServingSettings Serving { get; init; }

    /// <summary>Maximum download rate from all peers together, in bytes per second.</summary>
    public required ByteRate DownloadLimit { get; init; }

    /// <summary>Whether peer connections are encrypted.</summary>
    public required EncryptionPolicy Encryption { get; init; }

    /// <summary>Peers that the user named.</summary>
    public required ImmutableArray<EndPoint> Peers { get; init; }

    /// <summary>Trackers in addition to the torrent's own.</summary>
    public required ImmutableArray<string> Trackers { get; init; }

    /// <summary>Whether trackers are used.</summary>
    public required bool UsesTrackers { get; init; }

    /// <summary>Whether peer exchange is used (BEP 11).</summary>
    public required bool UsesPeerExchange { get; init; }

    /// <summary>Whether local service discovery is used (BEP 14).</summary>
    public required bool UsesLocalDiscovery { get; init; }

    /// <summary>Bootstrap nodes of the DHT; empty for the public ones, null if the DHT is disabled.</summary>
    public required ImmutableArray<EndPoint>? DhtNodes { get; init; }

    /// <summary>Applies the settings to the options of a torrent.</summary>
    public TorrentOptions Apply(TorrentOptions options) => options with
    {
        Peers = Peers,
        ExtraTrackers = UsesTrackers ? Trackers : [],
        UseTrackers = UsesTrackers,
        UsePeerExchange = UsesPeerExchange,
        UseLocalDiscovery = UsesLocalDiscovery,
        MaxPeers = Serving.MaxPeers,
    };
}
