using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Keeps a second process from the same download. The system drops the lock with the process, however it ends, so that a file that was
/// left behind is no obstacle.
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

    /// <summary>Whether the file system keeps locks; where it does not, nothing keeps a second process out.</summary>
    public bool IsKept { get; }

    /// <summary>Makes the hidden folder and takes the lock in it.</summary>
    /// <exception cref="StorageException">Another process holds it, or the folder cannot be made.</exception>
    public static StorageLock Take(StoragePaths paths)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (FileFacts.Of(paths.Folder).Kind is not (FileKind.Missing or FileKind.Folder))
                throw DiskErrors.InTheWay(paths.Folder, "is not a folder");
            MakeFolder(paths.Folder);
            if (FileFacts.Of(paths.Lock).Kind is not (FileKind.Missing or FileKind.File))
                throw DiskErrors.InTheWay(paths.Lock, "is not an ordinary file");
            SafeFileHandle? file = TryOpen(paths, out bool isKept);
            if (file is null)
                continue;

            // The process that held it may have removed the folder on its way out, and a third may have made another: then this lock locks nothing.
            if (IsAt(paths.Lock, file))
                return new StorageLock(file, isKept);
            file.Dispose();
        }

        throw Locked(paths, "other processes keep taking the lock");
    }

    /// <summary>Looks whether another process holds the lock, without keeping it from anybody who asks for it later, and without making anything.</summary>
    /// <exception cref="StorageException">Another process holds it.</exception>
    public static void Probe(StoragePaths paths)
    {
        try
        {
            if (paths.Lock.IsLocked())
                throw HeldByAnother(paths);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(paths.Lock, "look at the lock", e);
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
            throw DiskErrors.Wrap(folder, "keep others out of it", e);
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
            throw DiskErrors.Wrap(location, "look at the lock", e);
        }
    }

    // A process that ends keeps its lock a moment longer, and so does a program that it starts, from the fork until it executes.
    private static SafeFileHandle? TryLock(StoragePaths paths, out bool isKept)
    {
        for (int attempt = 0; ; attempt++)
        {
            if (paths.Lock.TryLock(out isKept) is { } file)
                return file;
            if (attempt == LockAttempts)
                return null;
#pragma warning disable RS0030 // The storage is opened on a thread of its own.
            Thread.Sleep(LockPause);
#pragma warning restore RS0030
        }
    }

    // Null when the folder has been removed meanwhile.
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
            throw DiskErrors.Wrap(paths.Lock, "take the lock", e);
        }
    }

    private static StorageException HeldByAnother(StoragePaths paths) => Locked(paths, "another process is working on this download");

    private static StorageException Locked(StoragePaths paths, string why) => new(StorageFault.Locked, paths.Lock.FullPath, $"{paths.Lock}: {why}");
}
