using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Removes the hidden folder of a download that is complete. That is cleanup: whatever fails, the download stays complete, and the next run tries again.
/// </summary>
internal static class HiddenFolder
{
    private static readonly string[] FilesOfOurs = ["state", "state.new", "metadata", "metadata.new", "spare", "lock"];

    /// <summary>Whether there is something to remove.</summary>
    /// <exception cref="StorageException">The system refused to look.</exception>
    public static bool IsThere(StoragePaths paths) =>
        FileFacts.Of(paths.Folder).Kind == FileKind.Folder || FileFacts.Of(paths.RemovedFolder) is { Kind: FileKind.Folder, Trust: not FileTrust.Foreign };

    /// <summary>Removes the folder and all that is ours in it; the lock is given back on the way.</summary>
    /// <remarks>
    /// The folder gets another name while the lock is held, so that no process can take the lock of a folder that is going away. Then the lock is closed before
    /// it is deleted: some file systems only rename a file that is open, and the folder would not be empty.
    /// </remarks>
    /// <returns>Why it could not be removed; null when it is gone.</returns>
    public static StorageException? TryRemove(StoragePaths paths, StorageLock? storageLock)
    {
        try
        {
            FileLocation removed = paths.RemovedFolder, folder = paths.Folder;
            if (FileFacts.Of(removed) is { Kind: FileKind.Folder, Trust: not FileTrust.Foreign })
                Empty(removed);
            if (FileFacts.Of(folder).Kind != FileKind.Folder)
                return null;
            if (TryRename(folder, removed))
                folder = removed;
            storageLock?.Dispose();
            Empty(folder);
            return null;
        }
        catch (StorageException e)
        {
            return e;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            return DiskErrors.Wrap(paths.Folder, "remove it", e);
        }
    }

    private static bool TryRename(FileLocation folder, FileLocation removed)
    {
        try
        {
            folder.RenameTo(removed, overwrite: false);
            return true;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            // Not every system renames a folder in which a file is open: then it is emptied where it is.
            return false;
        }
    }

    private static void Empty(FileLocation folder)
    {
        foreach (string name in folder.List())
        {
            if (IsOurs(name))
                folder.Directory.Delete(Path.Join(folder.Name, name));
        }

        folder.DeleteDirectory();
    }

    // What a file system made of a file that was deleted while it was open is ours too.
    private static bool IsOurs(string name) =>
        FilesOfOurs.Contains(name) || FileLocation.IsTemporary(name)
        || name.StartsWith(".fuse_hidden", StringComparison.Ordinal) || name.StartsWith(".nfs", StringComparison.Ordinal);
}
