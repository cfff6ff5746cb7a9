using Microsoft.Extensions.Logging;
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

namespace Pieces.Torrents;

/// <summary>Services of the client that its torrents share. Immutable. The client owns the objects.</summary>
internal sealed record ClientServices
{
    public required TimeProvider TimeProvider { get; init; }

    public required ILogger Logger { get; init; }

    public required ITransport Transport { get; init; }

    /// <summary>Whether and how peer connections are encrypted.</summary>
    public required StreamEncryption Encryption { get; init; }

    public required DiskQueue DiskQueue { get; init; }

    public required HandleCache Handles { get; init; }

    public required BlockPool BlockPool { get; init; }

    public required MemoryBudget MemoryBudget { get; init; }

    /// <summary>Limits the number of peer connections, over all torrents.</summary>
    public required ConnectionBudget Connections { get; init; }

    /// <summary>Limits the bytes of incompletely received peer messages, over all torrents.</summary>
    public UnfinishedMessages Unfinished { get; } = new();

    /// <summary>Limits the bytes of received peer messages that no loop has handled yet, over all torrents.</summary>
    public InboxRoom InboxRoom { get; } = new();

    public required RateLimiter DownloadLimiter { get; init; }

    public required RateLimiter UploadLimiter { get; init; }

    /// <summary>The port on which peers can connect to us.</summary>
    public required PortState Ports { get; init; }

    /// <summary>The client's DHT node, which is started when a torrent needs it; null if the client does not take part in the DHT.</summary>
    public DhtHost? Dht { get; init; }

    /// <summary>Finds peers in the local network; null if local discovery is off.</summary>
    public LocalDiscovery? LocalDiscovery { get; init; }

    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which addresses may be used, and for what.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>Creates the store of a torrent instead of the one on disk; for simulations. Default null.</summary>
    public Func<StorageOptions, ITorrentStore>? MakeStore { get; init; }

    /// <summary>Creates the tracker of a URL instead of <see cref="TrackerFactory"/>; for simulations. Default null.</summary>
    public Func<string, ITracker>? MakeTracker { get; init; }
}
