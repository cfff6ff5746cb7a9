namespace Pieces.Torrents;

/// <summary>Phase of a torrent's life.</summary>
public enum TorrentPhase
{
    /// <summary>The existing data is being checked.</summary>
    Checking,

    /// <summary>Missing pieces are being downloaded.</summary>
    Downloading,

    /// <summary>All wanted files are complete and are being uploaded to peers.</summary>
    Seeding,

    /// <summary>The state is being saved, and connections to trackers and peers are being closed.</summary>
    Stopping,

    /// <summary>The torrent has ended: completed or stopped by the user.</summary>
    Stopped,

    /// <summary>The torrent has ended with an error, which <see cref="Torrent.Completion"/> reports.</summary>
    Failed,

    /// <summary>Of a magnet link only the info-hash is known, and no connected peer offers the metadata yet.</summary>
    FindingPeers,

    /// <summary>The metadata of a magnet link is being fetched from peers.</summary>
    FetchingMetadata,
}

/// <summary>State of a torrent at one moment. Immutable.</summary>
public sealed record TorrentSnapshot
{
    /// <summary>Current phase.</summary>
    public TorrentPhase Phase { get; init; }

    /// <summary>Total length of the wanted pieces, in bytes. When seeding only, these are the existing pieces.</summary>
    public long BytesWanted { get; init; }

    /// <summary>Verified and written bytes of the wanted pieces.</summary>
    public long BytesVerified { get; init; }

    /// <summary>Bytes checked so far, during <see cref="TorrentPhase.Checking"/>.</summary>
    public long BytesChecked { get; init; }

    /// <summary>Bytes to check, during <see cref="TorrentPhase.Checking"/>; 0 if not known yet.</summary>
    public long BytesToCheck { get; init; }

    /// <summary>Received bytes of the metadata, not verified yet, during <see cref="TorrentPhase.FetchingMetadata"/>.</summary>
    public int MetadataReceived { get; init; }

    /// <summary>Size of the metadata in bytes as claimed by peers, during <see cref="TorrentPhase.FetchingMetadata"/>; 0 if not known.</summary>
    public int MetadataSize { get; init; }

    /// <summary>Number of verified and written pieces.</summary>
    public int PiecesHave { get; init; }

    /// <summary>
    /// Number of missing pieces of the wanted files. When seeding only, pieces that are incomplete solely because unselected files are missing are
    /// not counted.
    /// </summary>
    public int PiecesMissing { get; init; }

    /// <summary>Map of the verified pieces; null before it is known.</summary>
    public CompletionMap? Map { get; init; }

    /// <summary>Payload bytes received in this run, including waste.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload bytes sent in this run.</summary>
    public long Uploaded { get; init; }

    /// <summary>Payload bytes received and discarded in this run.</summary>
    public long Wasted { get; init; }

    /// <summary>Current download rate of payload, in bytes per second.</summary>
    public double DownloadRate { get; init; }

    /// <summary>Current upload rate of payload, in bytes per second.</summary>
    public double UploadRate { get; init; }

    /// <summary>Number of connected peers (handshake done).</summary>
    public int ConnectedPeers { get; init; }

    /// <summary>Number of connected peers that have all pieces.</summary>
    public int ConnectedSeeds { get; init; }

    /// <summary>Number of known peer addresses, connected or not.</summary>
    public int KnownPeers { get; init; }

    /// <summary>Number of peers banned for bad data.</summary>
    public int BannedPeers { get; init; }

    /// <summary>Number of known DHT nodes; null while the DHT is not searched for this torrent.</summary>
    public int? DhtNodes { get; init; }

    /// <summary>
    /// Whether every tracker has refused the torrent, no tracker has returned peers, and no peer is known or can be found in any other way.
    /// </summary>
    public bool EveryTrackerRefused { get; init; }

    /// <summary>Time since the transfer began, or since the torrent started while its metadata is being fetched.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Whether a stream waits for its reader: the next data that the reader needs is already downloaded.</summary>
    public bool WaitsForReader { get; init; }

    /// <summary>Time from the start of the transfer to completion; null before completion.</summary>
    public TimeSpan? CompletedAfter { get; init; }

    /// <summary>Estimated time to completion, or null if unknown.</summary>
    public TimeSpan? Eta { get; init; }
}
