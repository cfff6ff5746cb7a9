using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Locations of the files of one torrent below its output folder, determined before anything else is done.</summary>
/// <param name="Options">The storage options, with the names that the files have on the disk.</param>
/// <param name="Paths">Location of each file.</param>
/// <param name="Files">Reads and writes the files.</param>
/// <param name="Warnings">Warnings for the user.</param>
internal sealed record StorageLayout(StorageOptions Options, StoragePaths Paths, FileStore Files, List<string> Warnings) : IDisposable
{
    /// <summary>Determines the layout.</summary>
    /// <param name="options">The storage options.</param>
    /// <param name="mayProbe">Whether temporary files may be created on the disk to find out which names it accepts.</param>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public static StorageLayout Find(StorageOptions options, bool mayProbe)
    {
        DirectoryHandle directory = new PatientDirectory(options.FileSystem.OpenDirectory(options.OutputDirectory), options.Handles.Relief);
        try
        {
            List<string> warnings = [];
            if (options.LocalContent is null)
                options = options with { Metainfo = StoredNames.Of(options.Metainfo, directory, options.PortableNames, mayProbe, warnings) };
            var paths = new StoragePaths(options.Metainfo, directory, options.LocalContent);
            if (options is { ReadOnly: true, LocalContent: null })
                FollowedLinks.Find(options.Metainfo, paths, warnings);
            var mode = new FileStoreMode(options.ReadOnly || !mayProbe, options.Preallocation);
            return new StorageLayout(
                options, paths, new FileStore(options.Metainfo.Files, paths, options.Handles, options.FileSystem, mode), warnings);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Files.CloseAll();
        Paths.Directory.Dispose();
    }
}
