using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Prevents a second process from working on the same download. The operating system releases the lock when the process ends, even after a crash, so
/// a leftover lock file does not block the next run.
/// </summary>
internal sealed class StorageLock : IDisposable
{
    private const int MaxAttempts = 100;
    private const int LockAttempts = 20;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(10);

    private readonly SafeFileHandle _file;

    private StorageLock(SafeFileHandle file, bool isKept)
    {
        _file = file;
        IsKept = isKept;
    }

    /// <summary>Whether the file system supports locks; otherwise nothing prevents a second process from working on the download.</summary>
    public bool IsKept { get; }

    /// <summary>Creates the hidden folder and takes the lock in it.</summary>
    /// <exception cref="StorageException">Another process holds the lock, or the folder cannot be created.</exception>
    public static StorageLock Take(StoragePaths paths)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (FileFacts.Of(paths.Folder).Kind is not (FileKind.Missing or FileKind.Folder))
                throw DiskErrors.PathOccupied(paths.Folder, "is not a folder");
            MakeFolder(paths.Folder);
            if (FileFacts.Of(paths.Lock).Kind is not (FileKind.Missing or FileKind.File))
                throw DiskErrors.PathOccupied(paths.Lock, "is not a regular file");
            SafeFileHandle? file = TryOpen(paths, out bool isKept);
            if (file is null)
                continue;

            // The previous holder may have removed the folder, and a third process may have created a new one: this lock would then protect nothing.
            if (IsAt(paths.Lock, file))
                return new StorageLock(file, isKept);
            file.Dispose();
        }

        throw Locked(paths, "other processes acquire the lock repeatedly");
    }

    /// <summary>
    /// Checks whether another process holds the lock. It creates nothing, and does not prevent other processes from taking the lock afterwards.
    /// </summary>
    /// <exception cref="StorageException">Another process holds the lock.</exception>
    public static void Probe(StoragePaths paths)
    {
        try
        {
            if (paths.Lock.IsLocked())
                throw HeldByAnother(paths);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(paths.Lock, "access the lock", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void MakeFolder(FileLocation folder)
    {
        SafeFolders.Make(folder, isPrivate: true);
        try
        {
            if (FileFacts.Of(folder).Mode is not (0 or StoragePaths.FolderMode))
                folder.MakePrivate();
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "make it private", e);
        }
    }

    private static bool IsAt(FileLocation location, SafeFileHandle file)
    {
        try
        {
            return FileFacts.Of(location) is { IsFile: true } there && there.Identity == location.Directory.FileSystem.Stat(file).Identity;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(location, "access the lock", e);
        }
    }

    // A process that ends holds its lock for a moment longer. So does a child process between fork and exec.
    private static SafeFileHandle? TryLock(StoragePaths paths, out bool isKept)
    {
        for (int attempt = 0; ; attempt++)
        {
            if (paths.Lock.TryLock(out isKept) is { } file)
                return file;
            if (attempt == LockAttempts)
                return null;
#pragma warning disable RS0030 // The storage is opened on its own thread, which may block.
            Thread.Sleep(LockPause);
#pragma warning restore RS0030
        }
    }

    // Null when the folder was removed meanwhile.
    private static SafeFileHandle? TryOpen(StoragePaths paths, out bool isKept)
    {
        isKept = true;
        try
        {
            return TryLock(paths, out isKept) ?? throw HeldByAnother(paths);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(paths.Lock, "acquire the lock", e);
        }
    }

    private static StorageException HeldByAnother(StoragePaths paths) => Locked(paths, "another process is working on this download");

    private static StorageException Locked(StoragePaths paths, string why) => new(StorageError.Locked, paths.Lock.FullPath, $"{paths.Lock}: {why}");
}
