using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Checks the output folder of a download before anything is written.</summary>
internal static class OutputFolder
{
    /// <summary>
    /// Checks whether files can be created in a folder, or in the nearest existing folder above it. It creates and removes a temporary file that
    /// other programs do not notice.
    /// </summary>
    /// <exception cref="StorageException">Files cannot be created, or a component of the path is a file.</exception>
    public static void RefuseUnwritable(string path)
    {
        string folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder))
        {
            if (File.Exists(folder))
                throw new StorageException(StorageError.PathOccupied, folder, $"{folder}: is a file, not a folder");
            folder = Path.GetDirectoryName(folder) ?? throw new StorageException(StorageError.File, path, $"{path}: no folder above it exists");
        }

        try
        {
            using FileStream probe = CurrentPlatform.Files.CreateUnnamed(folder);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "create files in it", e);
        }
    }
}
