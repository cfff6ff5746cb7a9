using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>What one torrent is, what it is to do, and what it works with. Immutable.</summary>
internal sealed record TorrentSetup : TorrentBasis
{
    public required Metainfo Metainfo { get; init; }

    /// <summary>Whether its metadata came from peers and is to be kept until all is here, so that the next run need not ask for it.</summary>
    public bool KeepsMetadata { get; init; }

    /// <summary>Pieces that some wanted file touches, less those that need not be fetched; what is there when it is only to be served.</summary>
    public Bitfield WantedPieces(StorageOpening opening)
    {
        if (Options.SeedOnly)
            return opening.Have.Clone();
        PieceLayout layout = Metainfo.Layout;
        Bitfield wanted = Options.SelectedFiles is null ? Bitfield.Full(layout.PieceCount) : new Bitfield(layout.PieceCount);
        foreach (int index in Options.SelectedFiles ?? [])
        {
            FileEntry file = Metainfo.Files[index];
            if (file.Length == 0)
                continue;
            int last = layout.PieceAt(file.Offset + file.Length - 1).Value;
            for (int i = layout.PieceAt(file.Offset).Value; i <= last; i++)
                wanted.Set(i);
        }

        for (int i = opening.Exempt.NextSet(0); i >= 0; i = opening.Exempt.NextSet(i + 1))
            wanted.Clear(i);
        return wanted;
    }

    /// <summary>The files that are to be on the disk under their final names.</summary>
    public IEnumerable<FileEntry> WantedFiles() =>
        Metainfo.Files.Where(file => file.IsOnDisk && (Options.SelectedFiles is null || Options.SelectedFiles.Value.Contains(file.Index)));

    /// <summary>What the torrent's storage is to do.</summary>
    public StorageOptions StorageOptions() => new()
    {
        Metainfo = Metainfo,
        OutputDirectory = Options.OutputDirectory,
        Queue = Services.DiskQueue,
        Handles = Services.Handles,
        Sink = Inbox,
        WantedFiles = Options.SelectedFiles is { } selected ? [.. Metainfo.Files.Select(file => selected.Contains(file.Index))] : null,
        Overwrite = Options.Overwrite,
        Preallocation = Options.Preallocation,
        Paranoid = Options.Paranoid,
        ReadOnly = Options.SeedOnly,
        KeepsMetadata = KeepsMetadata,
        TimeProvider = Services.TimeProvider,
        Logger = Services.Logger,
    };

    /// <summary>What the torrent's trackers are told, or null when there are none to ask.</summary>
    public TrackerClientOptions? TrackerOptions() => TrackerOptions(Metainfo.Trackers, Metainfo.IsPrivate);
}
