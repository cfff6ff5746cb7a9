using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Keeps a second process from the same download. The system drops the lock with the process, however it ends, so that a file that was
/// left behind is no obstacle.
/// </summary>
internal sealed class StorageLock : IDisposable
{
    private const int MaxAttempts = 100;

    private readonly FileStream _file;

    private StorageLock(FileStream file) => _file = file;

    /// <summary>Makes the hidden folder and takes the lock in it.</summary>
    /// <exception cref="StorageException">Another process holds it, or the folder cannot be made.</exception>
    public static StorageLock Take(StoragePaths paths)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (FileFacts.Of(paths.Folder).Kind is not (FileKind.Missing or FileKind.Folder))
                throw DiskErrors.InTheWay(paths.Folder, "is not a folder");
            SafeFolders.Make(paths.Folder);
            if (FileFacts.Of(paths.Lock).Kind is not (FileKind.Missing or FileKind.File))
                throw DiskErrors.InTheWay(paths.Lock, "is not an ordinary file");
            FileStream? file = TryOpen(paths);
            if (file is null)
                continue;

            // The process that held it may have removed the folder on its way out: then this lock locks nothing.
            if (File.Exists(paths.Lock))
                return new StorageLock(file);
            file.Dispose();
        }

        throw new StorageException(StorageFault.Locked, paths.Lock, $"{paths.Lock}: other processes keep taking the lock");
    }

    /// <summary>Looks whether another process holds the lock, without keeping it from anybody who asks for it later, and without making anything.</summary>
    /// <exception cref="StorageException">Another process holds it.</exception>
    public static void Probe(StoragePaths paths)
    {
        try
        {
            using var file = new FileStream(paths.Lock, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (IOException e) when (DiskErrors.IsSharingViolation(e))
        {
            throw new StorageException(StorageFault.Locked, paths.Lock, $"{paths.Lock}: another process is working on this download", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Nobody has begun, or the last one has finished.
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(paths.Lock, "look at the lock", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static FileStream? TryOpen(StoragePaths paths)
    {
        try
        {
            return new FileStream(paths.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (DiskErrors.IsSharingViolation(e))
        {
            throw new StorageException(StorageFault.Locked, paths.Lock, $"{paths.Lock}: another process is working on this download", e);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(paths.Lock, "take the lock", e);
        }
    }
}
