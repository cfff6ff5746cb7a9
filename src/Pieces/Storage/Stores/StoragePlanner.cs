using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;

namespace Pieces.Storage.Stores;

/// <summary>
/// Examines the existing files as a download would, hashes all data, and reports what the download would do. Creates, writes and renames nothing.
/// </summary>
internal static class StoragePlanner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="options">The options of the download.</param>
    /// <param name="wanted">Pieces that touch a wanted file.</param>
    /// <param name="progress">Receives the progress of the hashing, on any thread; or null.</param>
    /// <param name="cancellationToken">Cancels the hashing.</param>
    /// <exception cref="StorageException">
    /// The failure that the download would end with: an existing file is in the way, the download is locked, or the operating system reported an
    /// error.
    /// </exception>
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

    private static PlannedAction ActionOf(FileDecision ruling) => ruling switch
    {
        FileDecision.Keep or FileDecision.KeepByName => PlannedAction.Keep,
        FileDecision.Finish => PlannedAction.Finish,
        FileDecision.Continue => PlannedAction.Continue,
        FileDecision.Adopt or FileDecision.Copy => PlannedAction.Repair,
        FileDecision.Discard => PlannedAction.Replace,
        _ => PlannedAction.Fetch,
    };

    // The nearest existing parent of the output folder. The download creates the missing folders on the disk of that parent, whose free space counts.
    // The path is not converted to a full path: the operating system resolves it as the user typed it.
    private static string ExistingPartOf(string folder)
    {
        string path = folder;
        while (path.Length > 0 && !Directory.Exists(path))
            path = Path.GetDirectoryName(path) ?? string.Empty;
        return path.Length == 0 ? "." : path;
    }
}
