using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Storage.Streaming;
using Pieces.Storage.Transfer;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>A torrent whose metainfo is known: its options and the services it uses. Immutable.</summary>
internal sealed record TorrentPlan : TorrentContext
{
    public required Metainfo Metainfo { get; init; }

    /// <summary>
    /// Whether the metadata was fetched from peers and must be saved until the download is complete, so that the next run need not fetch it again.
    /// </summary>
    public bool KeepsMetadata { get; init; }

    /// <summary>Whether peer exchange is used. It is not for private torrents, whose peers only the tracker may name (BEP 27).</summary>
    public bool ExchangesPeers => Options.UsePeerExchange && !IsPrivate;

    /// <inheritdoc/>
    public override bool IsPrivate => Metainfo.IsPrivate;

    /// <inheritdoc/>
    public override ITorrentStage FirstStage(StageContext context) => new CheckingStage(this, context, new EarlyPeers(this, context.Contacts));

    /// <inheritdoc/>
    public override Torrent CreateHandle()
    {
        Torrent torrent = base.CreateHandle();
        torrent.MarkKnown(Metainfo);
        return torrent;
    }

    /// <summary>
    /// Returns the pieces that contain a byte of a wanted file, except those that need not be downloaded. When seeding only, returns the existing
    /// pieces.
    /// </summary>
    public Bitfield WantedPieces(StorageOpenResult opening)
    {
        if (Options.SeedOnly)
            return opening.Have.Clone();
        Bitfield wanted = SelectedPieces();
        for (int i = opening.Exempt.NextSet(0); i >= 0; i = opening.Exempt.NextSet(i + 1))
            wanted.Clear(i);
        return wanted;
    }

    /// <summary>
    /// Returns the number of missing pieces when seeding only, else 0. Pieces that are incomplete solely because unselected files are missing are not
    /// counted.
    /// </summary>
    public int PiecesNotServed(StorageOpenResult opening)
    {
        Bitfield selected = SelectedPieces();
        return Options.SeedOnly ? selected.Count - selected.CountCommon(opening.Have) - selected.CountCommon(opening.Exempt) : 0;
    }

    /// <summary>The files that must be on disk under their final names.</summary>
    public IEnumerable<FileEntry> WantedFiles()
    {
        bool[]? selected = SelectedFiles.FlagsOf(Metainfo, Options.SelectedFiles);
        return Metainfo.Files.Where(file => file.IsOnDisk && (selected is null || selected[file.Index]));
    }

    private Bitfield SelectedPieces() => SelectedFiles.PiecesOf(Metainfo, SelectedFiles.FlagsOf(Metainfo, Options.SelectedFiles));

    /// <summary>Creates the store for the torrent's pieces. The torrent's loop opens it.</summary>
    public ITorrentStore CreateStore()
    {
        if (Services.MakeStore is { } make)
            return make(StorageOptions());
        return Options.Stream is { } stream ? new StreamStorage(StorageOptions(), stream) : new TorrentStorage(StorageOptions());
    }

    /// <summary>The options of the torrent's storage.</summary>
    public StorageOptions StorageOptions() => new()
    {
        Metainfo = Metainfo,
        OutputDirectory = Options.OutputDirectory,
        Queue = Services.DiskQueue,
        Handles = Services.Handles,
        Sink = Inbox,
        WantedFiles = SelectedFiles.FlagsOf(Metainfo, Options.SelectedFiles),
        Overwrite = Options.Overwrite,
        Preallocation = Options.Preallocation,
        Paranoid = Options.Paranoid,
        ReadOnly = Options.SeedOnly,
        LocalContent = Options.LocalContent,
        PortableNames = Options.PortableNames,
        KeepsMetadata = KeepsMetadata,
        TimeProvider = Services.TimeProvider,
        Logger = Services.Logger,
    };

    /// <summary>Returns the options of the tracker client, or null if there are no trackers or the user wants none.</summary>
    public TrackerClientOptions? TrackerOptions() => TrackerOptions(Metainfo.Trackers);
}
