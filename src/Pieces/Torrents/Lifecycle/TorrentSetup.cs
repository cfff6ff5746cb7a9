using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Storage.Streaming;
using Pieces.Storage.Transfer;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>What one torrent is, what it is to do, and what it works with. Immutable.</summary>
internal sealed record TorrentSetup : TorrentBasis
{
    public required Metainfo Metainfo { get; init; }

    /// <summary>Whether its metadata came from peers and is to be kept until all is here, so that the next run need not ask for it.</summary>
    public bool KeepsMetadata { get; init; }

    /// <summary>Whether peers are told of one another: not those of a private torrent, who are the tracker's to name (BEP 27).</summary>
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

    /// <summary>Pieces that some wanted file touches, less those that need not be fetched; what is there when it is only to be served.</summary>
    public Bitfield WantedPieces(StorageOpening opening)
    {
        if (Options.SeedOnly)
            return opening.Have.Clone();
        Bitfield wanted = SelectedPieces();
        for (int i = opening.Exempt.NextSet(0); i >= 0; i = opening.Exempt.NextSet(i + 1))
            wanted.Clear(i);
        return wanted;
    }

    /// <summary>
    /// How many pieces of data that is only to be served are missing; those do not count of which nothing but bytes of unselected files lacks.
    /// </summary>
    public int PiecesNotServed(StorageOpening opening)
    {
        Bitfield selected = SelectedPieces();
        return Options.SeedOnly ? selected.Count - selected.CountCommon(opening.Have) - selected.CountCommon(opening.Exempt) : 0;
    }

    /// <summary>The files that are to be on the disk under their final names.</summary>
    public IEnumerable<FileEntry> WantedFiles()
    {
        bool[]? selected = SelectedFiles.FlagsOf(Metainfo, Options.SelectedFiles);
        return Metainfo.Files.Where(file => file.IsOnDisk && (selected is null || selected[file.Index]));
    }

    private Bitfield SelectedPieces() => SelectedFiles.PiecesOf(Metainfo, SelectedFiles.FlagsOf(Metainfo, Options.SelectedFiles));

    /// <summary>Where the torrent's pieces are kept; opened by its loop.</summary>
    public ITorrentStore CreateStore()
    {
        if (Services.MakeStore is { } make)
            return make(StorageOptions());
        return Options.Stream is { } stream ? new StreamStorage(StorageOptions(), stream) : new TorrentStorage(StorageOptions());
    }

    /// <summary>What the torrent's storage is to do.</summary>
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
        Content = Options.Content,
        PortableNames = Options.PortableNames,
        KeepsMetadata = KeepsMetadata,
        TimeProvider = Services.TimeProvider,
        Logger = Services.Logger,
    };

    /// <summary>What the torrent's trackers are told, or null when there are none to ask.</summary>
    public TrackerClientOptions? TrackerOptions() => TrackerOptions(Metainfo.Trackers);
}
