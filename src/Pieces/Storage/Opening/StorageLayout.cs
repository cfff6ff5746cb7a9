using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Where the files of one torrent are below its output folder, found out before anything else is done.</summary>
/// <param name="Options">What is to be done, with the names that the files have on the disk.</param>
/// <param name="Paths">Where each file is.</param>
/// <param name="Files">Reads and writes them.</param>
/// <param name="Warnings">What a user should be told.</param>
internal sealed record StorageLayout(StorageOptions Options, StoragePaths Paths, FileStore Files, List<string> Warnings) : IDisposable
{
    /// <summary>Finds it out.</summary>
    /// <param name="options">What is to be done.</param>
    /// <param name="mayProbe">Whether something may be made on the disk to find out which names it takes.</param>
    /// <exception cref="StorageException">The system refused.</exception>
    public static StorageLayout Find(StorageOptions options, bool mayProbe)
    {
        DirectoryHandle directory = new PatientDirectory(options.FileSystem.OpenDirectory(options.OutputDirectory), options.Handles.Relief);
        try
        {
            List<string> warnings = [];
            if (options.Content is null)
                options = options with { Metainfo = StoredNames.Of(options.Metainfo, directory, options.PortableNames, mayProbe, warnings) };
            var paths = new StoragePaths(options.Metainfo, directory, options.Content);
            if (options is { ReadOnly: true, Content: null })
                FollowedLinks.Find(options.Metainfo, paths, warnings);
            var mode = new FileStoreMode(options.ReadOnly || !mayProbe, options.Preallocation);
            return new StorageLayout(options, paths, new FileStore(options.Metainfo.Files, paths, options.Handles, options.FileSystem, mode), warnings);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Closes the files and the folder.</summary>
    public void Dispose()
    {
        Files.CloseAll();
        Paths.Directory.Dispose();
    }
}
