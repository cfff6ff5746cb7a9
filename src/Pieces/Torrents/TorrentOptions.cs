using System.Collections.Immutable;
using System.Net;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Torrents;

/// <summary>Order in which pieces are requested.</summary>
public enum PieceOrder
{
    /// <summary>A window moves from the first piece to the last. Inside the window, the rarest piece comes first.</summary>
    InOrder,

    /// <summary>The rarest piece comes first, wherever it is.</summary>
    RarestFirst,
}

/// <summary>When to stop seeding after all wanted files are complete. Seeding ends as soon as one goal is reached.</summary>
public sealed record SeedGoals
{
    /// <summary>Uploaded bytes divided by the length of the wanted pieces; null for no such goal.</summary>
    public double? Ratio { get; init; }

    /// <summary>Time since completion; null for no such goal.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Time without an uploaded block; null for no such goal.</summary>
    public TimeSpan? Idle { get; init; }
}

/// <summary>Options of one torrent. Immutable; each member states its default.</summary>
public sealed record TorrentOptions
{
    /// <summary>Folder in which the torrent's file or top folder is created. The default is the current folder.</summary>
    public string OutputDirectory { get; init; } = ".";

    /// <summary>
    /// Streams the content to a target instead: nothing is read from or written to <see cref="OutputDirectory"/>, and the torrent ends when the
    /// target has taken all content. It cannot be combined with <see cref="Seed"/> or <see cref="SeedOnly"/>. Default null: the content is written to
    /// the folder.
    /// </summary>
    public StreamOptions? Stream { get; init; }

    /// <summary>Order in which pieces are requested; default in order. A stream requests ahead only as far as it can buffer the data.</summary>
    public PieceOrder Order { get; init; } = PieceOrder.InOrder;

    /// <summary>Goals of seeding after completion. If null (default), the torrent stops at completion.</summary>
    public SeedGoals? Seed { get; init; }

    /// <summary>Seed only: the data must exist, complete or in part; nothing is downloaded, written or renamed. Default false.</summary>
    public bool SeedOnly { get; init; }

    /// <summary>
    /// Content that <see cref="SeedOnly"/> serves instead of the data in <see cref="OutputDirectory"/>: local files whose metainfo was just created,
    /// in their current place. The content is not hashed again. The torrent fails if a file can no longer be read or has changed. Default null.
    /// </summary>
    public LocalContent? LocalContent { get; init; }

    /// <summary>
    /// Returns the <c>info</c> value of a magnet link that the caller has saved earlier, or null. It is only used if its hash matches the link.
    /// Called once, on a thread that may block. Default null: nothing is saved.
    /// </summary>
    public Func<InfoHash, byte[]?>? FindMetadata { get; init; }

    /// <summary>Indexes of the wanted files; null (default) for all.</summary>
    public ImmutableArray<int>? SelectedFiles { get; init; }

    /// <summary>
    /// Selects the files of a torrent that began as a magnet link, once its metadata is known. Returns the indexes of the wanted files, or null for
    /// the link's own selection (BEP 53). If it throws, the torrent fails with that exception. Not called if <see cref="SelectedFiles"/> is set.
    /// Default null: the link's own selection.
    /// </summary>
    public Func<Metainfo, ImmutableArray<int>?>? FileSelector { get; init; }

    /// <summary>
    /// Only fetches the metadata of a magnet link. Nothing is written, and the torrent is complete when <see cref="Torrent.Metadata"/> is. Default
    /// false.
    /// </summary>
    public bool MetadataOnly { get; init; }

    /// <summary>Peers named by the user; default none.</summary>
    public ImmutableArray<EndPoint> Peers { get; init; } = [];

    /// <summary>Trackers in addition to the torrent's own, each in a tier of its own; default none.</summary>
    public ImmutableArray<string> ExtraTrackers { get; init; } = [];

    /// <summary>Whether the torrent is announced to trackers; default true.</summary>
    public bool UseTrackers { get; init; } = true;

    /// <summary>Whether peer exchange (BEP 11) is used; never for a private torrent. Default true.</summary>
    public bool UsePeerExchange { get; init; } = true;

    /// <summary>Whether local service discovery (BEP 14) is used; never for a private torrent. Default true.</summary>
    public bool UseLocalDiscovery { get; init; } = true;

    /// <summary>Maximum number of peer connections of this torrent; default 100.</summary>
    public int MaxPeers { get; init; } = 100;

    /// <summary>Number of unchoke slots, 0 to upload to no peer; for simulations. Default null: derived from the upload limit.</summary>
    internal int? UploadSlots { get; init; }

    /// <summary>
    /// Maximum download rate of this torrent in bytes per second, over all peers and including protocol overhead. The client's limit applies as well.
    /// Default unlimited.
    /// </summary>
    public ByteRate DownloadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>
    /// Maximum upload rate of this torrent in bytes per second, over all peers and including protocol overhead. The client's limit applies as well.
    /// Default unlimited.
    /// </summary>
    public ByteRate UploadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>
    /// Maximum download rate from each peer in bytes per second, including protocol overhead. The torrent's limit applies as well. Default unlimited.
    /// </summary>
    public ByteRate PeerDownloadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>
    /// Maximum upload rate to each peer in bytes per second, including protocol overhead. The torrent's limit applies as well. Default unlimited.
    /// </summary>
    public ByteRate PeerUploadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Discard an existing file that is not part of this download; default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Use file names that are valid on every operating system, even if the disk supports others; default false.</summary>
    public bool PortableNames { get; init; }

    /// <summary>How disk space for files is allocated; default sparse.</summary>
    public Preallocation Preallocation { get; init; } = Preallocation.Sparse;

    /// <summary>Verify a piece again before each upload of it; default false.</summary>
    public bool Paranoid { get; init; }

    /// <summary>
    /// Receives everything that happens, in order, on the torrent's own loop. It must return quickly and must not throw. Default null.
    /// </summary>
    public IProgress<TorrentNotice>? Progress { get; init; }

    /// <summary>Checks that all values are in range and do not contradict one another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <exception cref="ArgumentException">Two options contradict one another.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(OutputDirectory);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPeers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(DownloadLimit.BytesPerSecond, nameof(DownloadLimit));
        ArgumentOutOfRangeException.ThrowIfNegative(UploadLimit.BytesPerSecond, nameof(UploadLimit));
        ArgumentOutOfRangeException.ThrowIfNegative(PeerDownloadLimit.BytesPerSecond, nameof(PeerDownloadLimit));
        ArgumentOutOfRangeException.ThrowIfNegative(PeerUploadLimit.BytesPerSecond, nameof(PeerUploadLimit));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)Order, (uint)PieceOrder.RarestFirst, nameof(Order));
        if (Stream is not null && (SeedOnly || Seed is not null))
            throw new ArgumentException("a stream keeps no data that could be seeded", nameof(Stream));
        if (LocalContent is not null && !SeedOnly)
            throw new ArgumentException("described content can only be seeded", nameof(LocalContent));
    }
}
