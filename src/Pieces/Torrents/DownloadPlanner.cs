using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Storage.Transfer;

namespace Pieces.Torrents;

/// <summary>Works out what a download would do. It reads the disk and hashes existing data, but writes nothing and uses no network.</summary>
internal static class DownloadPlanner
{
    // Maximum number of files that are open while existing data is hashed.
    private const int MaxOpenFiles = 32;

    /// <summary>
    /// Returns the torrent of a magnet link if an earlier run of that link saved its metadata in the output folder, else null. Reads the disk.
    /// </summary>
    /// <param name="link">The link.</param>
    /// <param name="outputDirectory">The output folder of the download.</param>
    /// <exception cref="MetainfoException">The saved metadata does not describe a usable torrent.</exception>
    public static Metainfo? FindKept(MagnetLink link, string outputDirectory)
    {
        ArgumentNullException.ThrowIfNull(link);
        return MetadataFile.Find(outputDirectory, link.InfoHash) is { } info ? MetainfoParser.Parse(MetainfoWriter.Write(link, info)) : null;
    }

    /// <summary>Plans the download of one torrent.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="options">The options of the download.</param>
    /// <param name="progress">Receives the progress of hashing, on any thread; or null.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <exception cref="StorageException">The download would fail: another file is in the way, the data is locked, or the system refuses
    /// access.</exception>
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
