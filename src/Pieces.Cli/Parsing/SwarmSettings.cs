using System.Collections.Immutable;
using System.Net;
using Pieces.Encryption;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Parsing;

/// <summary>How a swarm is found and what may be exchanged with it.</summary>
internal sealed record SwarmSettings
{
    /// <summary>How peers are served.</summary>
    public required ServingSettings Serving { get; init; }

    /// <summary>Bytes a second from all peers.</summary>
    public required ByteRate DownloadLimit { get; init; }

    /// <summary>Whether connections with peers are encrypted.</summary>
    public required EncryptionPolicy Encryption { get; init; }

    /// <summary>Peers given by hand.</summary>
    public required ImmutableArray<EndPoint> Peers { get; init; }

    /// <summary>Trackers beside the torrent's own.</summary>
    public required ImmutableArray<string> Trackers { get; init; }

    /// <summary>Whether trackers are asked.</summary>
    public required bool UsesTrackers { get; init; }

    /// <summary>Whether peers are exchanged with peers (BEP 11).</summary>
    public required bool UsesPeerExchange { get; init; }

    /// <summary>Whether peers are looked for in the local network (BEP 14).</summary>
    public required bool UsesLocalDiscovery { get; init; }

    /// <summary>Nodes where the distributed hash table begins, empty for the public ones; null when the table is not used.</summary>
    public required ImmutableArray<EndPoint>? DhtNodes { get; init; }

    /// <summary>Sets what concerns one torrent.</summary>
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
