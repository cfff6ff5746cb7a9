using System.Collections.Immutable;
using System.Net;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Torrents;

/// <summary>Which piece to ask for next.</summary>
public enum PieceOrder
{
    /// <summary>A window that moves from front to back, the rarest piece first inside it.</summary>
    InOrder,

    /// <summary>The rarest piece first, wherever it is.</summary>
    RarestFirst,
}

/// <summary>How long to seed once everything wanted is here. The first goal that is reached ends it.</summary>
public sealed record SeedGoals
{
    /// <summary>Uploaded bytes over the torrent's wanted bytes; null for no such goal.</summary>
    public double? Ratio { get; init; }

    /// <summary>Time since completion; null for no such goal.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Time without an uploaded block; null for no such goal.</summary>
    public TimeSpan? Idle { get; init; }
}

/// <summary>What one torrent is to do. Immutable; every default is given at its member.</summary>
public sealed record TorrentOptions
{
    /// <summary>Folder that gets the torrent's file or top folder; default the current one.</summary>
    public string OutputDirectory { get; init; } = ".";

    /// <summary>
    /// Streams the content to a target instead: nothing is read from or put into <see cref="OutputDirectory"/>, and it ends when everything was
    /// taken. It goes with neither <see cref="Seed"/> nor <see cref="SeedOnly"/>. Default null: to the folder.
    /// </summary>
    public StreamOptions? Stream { get; init; }

    /// <summary>Which piece to ask for next; default in order. A stream looks ahead only as far as it can keep what comes.</summary>
    public PieceOrder Order { get; init; } = PieceOrder.InOrder;

    /// <summary>Goals of seeding after completion; null (default) stops at completion.</summary>
    public SeedGoals? Seed { get; init; }

    /// <summary>Seed only: the data is to be there, complete or in part; nothing is fetched, written or renamed. Default false.</summary>
    public bool SeedOnly { get; init; }

    /// <summary>
    /// What <see cref="SeedOnly"/> serves: this, as it was described a moment ago and from where it lies, instead of what is in <see cref="OutputDirectory"/>.
    /// It is not hashed again; the torrent fails when it cannot be read any more or is not what it was. Default null.
    /// </summary>
    public LocalContent? Content { get; init; }

    /// <summary>
    /// Finds the <c>info</c> value of a magnet link that the caller has kept from before, or null. It is used only when its hash is the link's. Called once, on a
    /// thread that may wait. Default null: none is kept.
    /// </summary>
    public Func<InfoHash, byte[]?>? FindMetadata { get; init; }

    /// <summary>Indexes of the files that are wanted; null (default) for all.</summary>
    public ImmutableArray<int>? SelectedFiles { get; init; }

    /// <summary>
    /// Chooses the files of a torrent that began as a magnet link, once it is known: gives their indexes, or null to leave it to the
    /// link's own selection (BEP 53). What it throws is what the torrent fails with. Not asked when <see cref="SelectedFiles"/> is set; default none,
    /// which leaves it to the link too.
    /// </summary>
    public Func<Metainfo, ImmutableArray<int>?>? Select { get; init; }

    /// <summary>Fetch the metadata of a magnet link and no more: nothing is written, and it is complete when <see cref="Torrent.Metadata"/> is.
    /// Default false.</summary>
    public bool MetadataOnly { get; init; }

    /// <summary>Peers given by hand; default none.</summary>
    public ImmutableArray<EndPoint> Peers { get; init; } = [];

    /// <summary>Trackers beside the torrent's own, each a tier of its own; default none.</summary>
    public ImmutableArray<string> ExtraTrackers { get; init; } = [];

    /// <summary>Whether trackers are asked at all; default true.</summary>
    public bool UseTrackers { get; init; } = true;

    /// <summary>Whether peers are told of one another, and asked for others (BEP 11); never for a private torrent. Default true.</summary>
    public bool UsePeerExchange { get; init; } = true;

    /// <summary>Whether peers are looked for in the local network (BEP 14); never for a private torrent. Default true.</summary>
    public bool UseLocalDiscovery { get; init; } = true;

    /// <summary>Most connections for this torrent; default 100.</summary>
    public int MaxPeers { get; init; } = 100;

    /// <summary>Peers that are uploaded to at one time, 0 for nobody; for simulations. Default null: as many as the upload limit is worth.</summary>
    internal int? UploadSlots { get; init; }

    /// <summary>Bytes a second from all peers of this torrent, protocol overhead included, within the client's limit; default unlimited.</summary>
    public ByteRate DownloadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Bytes a second to all peers of this torrent, protocol overhead included, within the client's limit; default unlimited.</summary>
    public ByteRate UploadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Bytes a second from each single peer, protocol overhead included, within the torrent's limit; default unlimited.</summary>
    public ByteRate PeerDownloadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Bytes a second to each single peer, protocol overhead included, within the torrent's limit; default unlimited.</summary>
    public ByteRate PeerUploadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Discard an existing file that is no part of this download; default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Give files names that every system takes, whatever the disk takes; default false.</summary>
    public bool PortableNames { get; init; }

    /// <summary>How room for files is made; default sparse.</summary>
    public Preallocation Preallocation { get; init; } = Preallocation.Sparse;

    /// <summary>Check a piece again before each time it is uploaded; default false.</summary>
    public bool Paranoid { get; init; }

    /// <summary>Hears what happens, in order, on the torrent's own loop: must be quick and must not throw. Default nobody.</summary>
    public IProgress<TorrentNotice>? Notices { get; init; }
}
