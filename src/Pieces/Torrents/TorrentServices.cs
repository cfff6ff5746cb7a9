using Pieces.Dht;
using Pieces.Discovery;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Transfer;
using Pieces.Trackers;
using Serilog;

namespace Pieces.Torrents;

/// <summary>What the client lends to each of its torrents. Immutable; the client owns what is in it.</summary>
internal sealed record TorrentServices
{
    public required TimeProvider TimeProvider { get; init; }

    public required ILogger Logger { get; init; }

    public required ITransport Transport { get; init; }

    /// <summary>Whether and how streams with peers are encrypted.</summary>
    public required StreamEncryption Encryption { get; init; }

    public required DiskQueue DiskQueue { get; init; }

    public required HandleCache Handles { get; init; }

    public required BlockPool BlockPool { get; init; }

    public required MemoryBudget MemoryBudget { get; init; }

    /// <summary>Bounds the connections with peers, over all torrents.</summary>
    public required ConnectionBudget Connections { get; init; }

    /// <summary>Bounds what peers' messages hold whose end has not come, over all torrents.</summary>
    public UnfinishedMessages Unfinished { get; } = new();

    /// <summary>Bounds what peers have sent and no loop has looked at, over all torrents.</summary>
    public InboxRoom InboxRoom { get; } = new();

    public required RateLimiter DownloadLimiter { get; init; }

    public required RateLimiter UploadLimiter { get; init; }

    /// <summary>The port on which peers reach us.</summary>
    public required PortState Ports { get; init; }

    /// <summary>The client's DHT node, started when a torrent wants it; null when the client takes no part.</summary>
    public DhtHost? Dht { get; init; }

    /// <summary>Finds peers in the local network; null where nothing is sent to it.</summary>
    public LocalDiscovery? LocalDiscovery { get; init; }

    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which addresses are used, and for what.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>Makes what keeps a torrent's pieces instead of the disk; for simulations, default null.</summary>
    public Func<StorageOptions, ITorrentStore>? MakeStore { get; init; }

    /// <summary>Makes the tracker of a URL instead of <see cref="TrackerFactory"/>; for simulations, default null.</summary>
    public Func<string, ITracker>? MakeTracker { get; init; }
}
