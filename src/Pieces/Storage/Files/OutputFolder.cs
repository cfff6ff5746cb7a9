using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>The folder of a download, before anything is in it.</summary>
internal static class OutputFolder
{
    /// <summary>
    /// Finds out whether files can be made in a folder, or in the nearest one above it that exists. A file without a name is made and given back, so nothing
    /// that another program sees is changed.
    /// </summary>
    /// <exception cref="StorageException">They cannot, or a part of the path is a file.</exception>
    public static void RefuseUnwritable(string path)
    {
        string folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder))
        {
            if (File.Exists(folder))
                throw new StorageException(StorageFault.InTheWay, folder, $"{folder}: is a file, not a folder");
            folder = Path.GetDirectoryName(folder) ?? throw new StorageException(StorageFault.File, path, $"{path}: no folder above it exists");
        }

        try
        {
            using FileStream probe = CurrentPlatform.Files.CreateUnnamed(folder);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "make files in it", e);
        }
    }
}
