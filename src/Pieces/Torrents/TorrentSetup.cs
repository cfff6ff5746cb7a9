using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>What one torrent is, what it is to do, and what it works with. Immutable.</summary>
internal sealed record TorrentSetup
{
    public required Metainfo Metainfo { get; init; }

    public required TorrentOptions Options { get; init; }

    public required TorrentServices Services { get; init; }

    public required TorrentInbox Inbox { get; init; }

    /// <summary>This torrent's own chance: used by its loop alone.</summary>
    public required Random Random { get; init; }

    public required TorrentReporter Reporter { get; init; }

    /// <summary>Pieces that some wanted file touches, less those that need not be fetched; what is there when it is only to be served.</summary>
    public Bitfield WantedPieces(StorageOpening opening)
    {
        if (Options.SeedOnly)
            return opening.Have.Clone();
        Bitfield wanted = SelectedFiles.PiecesOf(Metainfo, SelectedFiles.FlagsOf(Metainfo, Options.SelectedFiles));
        for (int i = opening.Exempt.NextSet(0); i >= 0; i = opening.Exempt.NextSet(i + 1))
            wanted.Clear(i);
        return wanted;
    }

    /// <summary>The files that are to be on the disk under their final names.</summary>
    public IEnumerable<FileEntry> WantedFiles()
    {
        bool[]? selected = SelectedFiles.FlagsOf(Metainfo, Options.SelectedFiles);
        return Metainfo.Files.Where(file => file.IsOnDisk && (selected is null || selected[file.Index]));
    }

    /// <summary>Where the torrent's pieces are kept; opened by its loop.</summary>
    public ITorrentStore CreateStore() =>
        Options.Stream is { } stream ? new StreamStorage(StorageOptions(), stream) : new TorrentStorage(StorageOptions());

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
        TimeProvider = Services.TimeProvider,
        Logger = Services.Logger,
    };

    /// <summary>What the torrent's trackers are told, or null when there are none to ask.</summary>
    public TrackerClientOptions? TrackerOptions()
    {
        if (!Options.UseTrackers || (Metainfo.Trackers.IsEmpty && Options.ExtraTrackers.IsEmpty))
            return null;
        return new TrackerClientOptions
        {
            InfoHash = Metainfo.InfoHash,
            PeerId = Services.PeerId,
            ListenPort = Services.ListenPort,
            Tiers = [.. Metainfo.Trackers, .. Options.ExtraTrackers.Select(url => (System.Collections.Immutable.ImmutableArray<string>)[url])],
            Key = (uint)Random.Next(),
            IsPrivate = Metainfo.IsPrivate,
            Binding = Services.Binding,
            TimeProvider = Services.TimeProvider,
            Random = Random,
            Logger = Services.Logger,
        };
    }
}
