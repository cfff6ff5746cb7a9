using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Storage.Transfer;

namespace Pieces.Torrents;

/// <summary>Says what a download would do. It looks at the disk and hashes what is there; nothing is written and nobody is asked.</summary>
public static class DownloadPlanner
{
    private const int MaxOpenFiles = 32;

    /// <summary>
    /// The torrent of a magnet link, where an earlier run of the link has left its metadata beside what it fetched; null else. It reads the disk.
    /// </summary>
    /// <param name="link">The link.</param>
    /// <param name="outputDirectory">The folder of the download.</param>
    /// <exception cref="MetainfoException">It is no torrent that can be used.</exception>
    public static Metainfo? FindKept(MagnetLink link, string outputDirectory)
    {
        ArgumentNullException.ThrowIfNull(link);
        return MetadataFile.Find(outputDirectory, link.InfoHash) is { } info ? MetainfoParser.Parse(MetainfoWriter.Write(link, info)) : null;
    }

    /// <summary>Makes the plan of one torrent.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="options">What the download is to do.</param>
    /// <param name="progress">Hears how far the hashing has come, on any thread; or null.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="StorageException">What the download would end with: in the way, locked, or the system refused.</exception>
    public static async Task<DownloadPlan> MakeAsync(
        Metainfo metainfo, TorrentOptions options, IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        ArgumentNullException.ThrowIfNull(options);
        bool[]? selected = SelectedFiles.FlagsOf(metainfo, options.SelectedFiles);
        using var handles = new HandleCache(MaxOpenFiles);
        var queue = new DiskQueue();
        await using (queue.ConfigureAwait(false))
        {
            var storage = new StorageOptions
            {
                Metainfo = metainfo,
                OutputDirectory = options.OutputDirectory,
                Queue = queue,
                Handles = handles,
                Sink = new TorrentInbox(),
                WantedFiles = selected,
                Overwrite = options.Overwrite,
                PortableNames = options.PortableNames,
                Preallocation = options.Preallocation,
            };
            Bitfield wanted = SelectedFiles.PiecesOf(metainfo, selected);
            return await StoragePlanner.MakeAsync(storage, wanted, progress, cancellationToken).ConfigureAwait(false);
        }
    }
}
