using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;

namespace Pieces.Storage.Stores;

/// <summary>Looks at what is there as a download would, hashes all of it, and says what would be done. Makes, writes and renames nothing.</summary>
internal static class StoragePlanner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="options">What the download is to do.</param>
    /// <param name="wanted">Pieces that some wanted file touches.</param>
    /// <param name="progress">Hears how far the hashing has come, on any thread; or null.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="StorageException">What the download would end with: in the way, locked, or the system refused.</exception>
    public static async Task<DownloadPlan> MakeAsync(
        StorageOptions options, Bitfield wanted, IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        using StorageLayout standing = StorageLayout.Find(options, mayProbe: false);
        options = standing.Options;
        StoragePaths paths = standing.Paths;
        StorageLock.Probe(paths);
        var opener = new StorageOpener(standing, options.Boot ?? CurrentPlatform.Facts.BootId);
        StoragePreview preview = await opener.PreviewAsync(progress, cancellationToken).ConfigureAwait(false);

        PieceLayout layout = options.Metainfo.Layout;
        Bitfield needed = wanted.Clone(), present = wanted.Clone();
        for (int i = wanted.NextSet(0); i >= 0; i = wanted.NextSet(i + 1))
        {
            if (preview.Exempt[i])
                needed.Clear(i);
            if (preview.Exempt[i] || !preview.Have[i])
                present.Clear(i);
        }

        return new DownloadPlan
        {
            Files = [.. options.Metainfo.Files.Where(file => options.Wants(file.Index))
                .Select(file => new PlannedFile(file, paths.Final(file.Index).FullPath, ActionOf(preview.Rulings[file.Index])))],
            PiecesWanted = needed.Count,
            PiecesPresent = present.Count,
            BytesWanted = layout.BytesOf(needed),
            BytesPresent = layout.BytesOf(present),
            SpaceNeeded = preview.SpaceNeeded,
            SpaceFree = options.FileSystem.FreeSpace(ExistingPartOf(options.OutputDirectory)),
        };
    }

    private static PlannedAction ActionOf(FileRuling ruling) => ruling switch
    {
        FileRuling.Keep or FileRuling.KeepByName => PlannedAction.Keep,
        FileRuling.Finish => PlannedAction.Finish,
        FileRuling.Continue => PlannedAction.Continue,
        FileRuling.Adopt or FileRuling.Copy => PlannedAction.Repair,
        FileRuling.Discard => PlannedAction.Replace,
        _ => PlannedAction.Fetch,
    };

    // The download makes the output folder, and all that lack above it, on the disk of the one that is there. The path goes to the system as it was typed.
    private static string ExistingPartOf(string folder)
    {
        string path = folder;
        while (path.Length > 0 && !Directory.Exists(path))
            path = Path.GetDirectoryName(path) ?? string.Empty;
        return path.Length == 0 ? "." : path;
    }
}
