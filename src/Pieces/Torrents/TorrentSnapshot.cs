namespace Pieces.Torrents;

/// <summary>Where a torrent stands in its life.</summary>
public enum TorrentPhase
{
    /// <summary>Looking at the data that is there.</summary>
    Checking,

    /// <summary>Fetching what is missing.</summary>
    Downloading,

    /// <summary>Everything wanted is here; serving others.</summary>
    Seeding,

    /// <summary>Saving, and taking leave of trackers and peers.</summary>
    Stopping,

    /// <summary>Over: complete or stopped by the user.</summary>
    Stopped,

    /// <summary>Over: it could not go on; <see cref="Torrent.Completion"/> says why.</summary>
    Failed,

    /// <summary>A magnet link of which nothing but the info-hash is known, and nobody yet who has the rest.</summary>
    FindingPeers,

    /// <summary>A magnet link whose metadata is being fetched from peers.</summary>
    FetchingMetadata,
}

/// <summary>A torrent at one moment; immutable.</summary>
public sealed record TorrentSnapshot
{
    /// <summary>Where it stands.</summary>
    public TorrentPhase Phase { get; init; }

    /// <summary>Bytes of the wanted files.</summary>
    public long BytesWanted { get; init; }

    /// <summary>Bytes of the wanted files that are verified and written.</summary>
    public long BytesVerified { get; init; }

    /// <summary>Bytes looked at while <see cref="TorrentPhase.Checking"/>.</summary>
    public long BytesChecked { get; init; }

    /// <summary>Bytes to look at while <see cref="TorrentPhase.Checking"/>; 0 when not yet known.</summary>
    public long BytesToCheck { get; init; }

    /// <summary>Bytes of the metadata that are here, not yet verified, while <see cref="TorrentPhase.FetchingMetadata"/>.</summary>
    public int MetadataReceived { get; init; }

    /// <summary>Bytes of the metadata as peers say, while <see cref="TorrentPhase.FetchingMetadata"/>; 0 when not known.</summary>
    public int MetadataSize { get; init; }

    /// <summary>Pieces verified and written.</summary>
    public int PiecesHave { get; init; }

    /// <summary>
    /// Pieces of the wanted files that are not here. Where data is only served, those do not count of which nothing but bytes of unselected files lacks.
    /// </summary>
    public int PiecesMissing { get; init; }

    /// <summary>Which parts of the torrent these pieces are; null before that is known.</summary>
    public PieceMap? Map { get; init; }

    /// <summary>Payload received in this run, in bytes, waste included.</summary>
    public long Downloaded { get; init; }

    /// <summary>Payload sent in this run, in bytes.</summary>
    public long Uploaded { get; init; }

    /// <summary>Payload received in this run and thrown away, in bytes.</summary>
    public long Wasted { get; init; }

    /// <summary>Present rate of payload received, in bytes a second.</summary>
    public double DownloadRate { get; init; }

    /// <summary>Present rate of payload sent, in bytes a second.</summary>
    public double UploadRate { get; init; }

    /// <summary>Peers with whom the handshake is done.</summary>
    public int ConnectedPeers { get; init; }

    /// <summary>Of them, those that have everything.</summary>
    public int ConnectedSeeds { get; init; }

    /// <summary>Addresses known, connected or not.</summary>
    public int KnownPeers { get; init; }

    /// <summary>Peers banned for bad data.</summary>
    public int BannedPeers { get; init; }

    /// <summary>Nodes of the DHT that are known; null while this torrent is not searched for there.</summary>
    public int? DhtNodes { get; init; }

    /// <summary>Whether every tracker has refused the torrent, none has named peers, and no peer is known or can be found in another way.</summary>
    public bool EveryTrackerRefused { get; init; }

    /// <summary>Time since the transfer began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Whether a stream is held up by its reader: what it needs next is here.</summary>
    public bool WaitsForReader { get; init; }

    /// <summary>Time from the beginning of the transfer to its completion, or null before.</summary>
    public TimeSpan? CompletedAfter { get; init; }

    /// <summary>Estimated time to completion, or null when unknown.</summary>
    public TimeSpan? Eta { get; init; }
}
