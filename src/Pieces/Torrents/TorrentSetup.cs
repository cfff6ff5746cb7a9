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
        Bitfield wanted = SelectedPieces();
        for (int i = opening.Exempt.NextSet(0); i >= 0; i = opening.Exempt.NextSet(i + 1))
            wanted.Clear(i);
        return wanted;
    }

    /// <summary>The files that are to be on the disk under their final names.</summary>
    public IEnumerable<FileEntry> WantedFiles()
    {
        bool[]? selected = Selection();
        return Metainfo.Files.Where(file => file.IsOnDisk && (selected is null || selected[file.Index]));
    }

    /// <summary>What the torrent's storage is to do.</summary>
    public StorageOptions StorageOptions() => new()
    {
        Metainfo = Metainfo,
        OutputDirectory = Options.OutputDirectory,
        Queue = Services.DiskQueue,
        Handles = Services.Handles,
        Sink = Inbox,
        WantedFiles = Selection(),
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
            BindAddress = Services.BindAddress,
            TimeProvider = Services.TimeProvider,
            Random = Random,
            Logger = Services.Logger,
        };
    }

    /// <summary>For each file whether it is selected; null for all.</summary>
    private bool[]? Selection()
    {
        if (Options.SelectedFiles is not { } indexes)
            return null;
        bool[] selected = new bool[Metainfo.Files.Length];
        foreach (int index in indexes)
            selected[index] = true;
        return selected;
    }

    private Bitfield SelectedPieces()
    {
        PieceLayout layout = Metainfo.Layout;
        if (Options.SelectedFiles is null)
            return Bitfield.Full(layout.PieceCount);
        var wanted = new Bitfield(layout.PieceCount);
        foreach (FileEntry file in WantedFiles())
        {
            if (file.Length == 0)
                continue;
            int last = layout.PieceAt(file.Offset + file.Length - 1).Value;
            for (int i = layout.PieceAt(file.Offset).Value; i <= last; i++)
                wanted.Set(i);
        }

        return wanted;
    }
}
