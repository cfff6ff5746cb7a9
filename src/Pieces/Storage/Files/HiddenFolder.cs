using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Removes the hidden folder of a complete download. This is only cleanup: after a failure the download is still complete, and the next run tries
/// again.
/// </summary>
internal static class HiddenFolder
{
    private static readonly string[] FilesOfOurs = ["state", "state.new", "metadata", "metadata.new", "spare", "lock"];

    /// <summary>Whether there is a folder to remove.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public static bool Exists(StoragePaths paths) =>
        FileFacts.Of(paths.Folder).Kind == FileKind.Folder
        || FileFacts.Of(paths.RemovedFolder) is { Kind: FileKind.Folder, Trust: not FileTrust.Foreign };

    /// <summary>Removes the folder and all files in it that the program created; releases the lock.</summary>
    /// <remarks>
    /// The folder is renamed while the lock is held, so that no other process can take the lock of a folder that is about to be removed. Then the
    /// lock file is closed before it is deleted: some file systems only rename a file that is deleted while it is open, and then the folder would not
    /// be empty.
    /// </remarks>
    /// <returns>The reason why it could not be removed; null when it is gone.</returns>
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
            // Not every operating system renames a folder that contains an open file: in that case the folder is emptied in place.
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

    // Includes the names that FUSE and NFS give to a file that was deleted while it was open.
    private static bool IsOurs(string name) =>
        FilesOfOurs.Contains(name) || FileLocation.IsTemporary(name)
        || name.StartsWith(".fuse_hidden", StringComparison.Ordinal) || name.StartsWith(".nfs", StringComparison.Ordinal);
}
