using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>The parts of a file system that the runtime offers on all systems; derived classes add what each system supports beyond that.</summary>
internal abstract class RuntimeFileSystem : IFileSystem
{
    protected RuntimeFileSystem() => WorkingDirectory = new PathDirectory(this, string.Empty);

    /// <inheritdoc/>
    public DirectoryHandle WorkingDirectory { get; }

    /// <inheritdoc/>
    public virtual DirectoryHandle OpenDirectory(string path) => new PathDirectory(this, path);

    /// <summary>Reads the state of a path; a link at its end is not followed.</summary>
    public virtual FileStat Stat(string path)
    {
        var info = new FileInfo(path);
        if ((int)info.Attributes == -1)
            return default;
        if ((info.Attributes & FileAttributes.ReparsePoint) != 0 && info.LinkTarget is not null)
            return new FileStat(FileKind.Link, 0, 0, default, 0);
        if ((info.Attributes & FileAttributes.Directory) != 0)
            return new FileStat(FileKind.Folder, 0, 0, default, 0);
        if ((info.Attributes & FileAttributes.Device) != 0)
            return new FileStat(FileKind.Device, 0, 0, default, 0);
        long modified = (info.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100;
        return new FileStat(FileKind.File, info.Length, modified, new FileIdentity(0, 0, info.CreationTimeUtc.Ticks), info.Length);
    }

    /// <inheritdoc/>
    public abstract FileKind KindOfTarget(string path);

    /// <inheritdoc/>
    public virtual long? FreeSpace(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Unknown free space does not prevent a download; a full disk is reported when it occurs.
            return null;
        }
    }

    /// <inheritdoc/>
    public abstract FileStream CreateUnnamed(string directory);

    /// <inheritdoc/>
    public void Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        if (buffers.Count == 1)
            RandomAccess.Write(file, buffers[0].Span, offset);
        else
            RandomAccess.Write(file, buffers, offset);
    }

    /// <inheritdoc/>
    public abstract void Flush(SafeFileHandle file);

    /// <inheritdoc/>
    public abstract FileStat Stat(SafeFileHandle file);

    /// <inheritdoc/>
    public virtual void StartWriting(SafeFileHandle file, long offset, long length)
    {
        // The runtime has no such call; the next flush does all the work.
    }

    /// <inheritdoc/>
    public virtual void WriteAndForget(SafeFileHandle file, long offset, long length)
    {
        // As above.
    }

    /// <inheritdoc/>
    public virtual void ForgetCached(SafeFileHandle file)
    {
        // As above.
    }

    /// <inheritdoc/>
    public virtual bool TryFindData(SafeFileHandle file, long offset, out long start, out long end)
    {
        start = end = -1;
        return false;
    }

    /// <summary>Makes the entries of a directory durable, so that a rename in it survives a power cut.</summary>
    public abstract void FlushDirectory(string path);

    /// <summary>Flushes the whole file system that contains a path; false when the operating system cannot.</summary>
    public virtual bool TryFlushFileSystem(string path) => false;

    /// <summary>The state of an open file, as far as the runtime reports it.</summary>
    protected static FileStat RuntimeStat(SafeFileHandle file)
    {
        long modified = (File.GetLastWriteTimeUtc(file) - DateTime.UnixEpoch).Ticks * 100, length = RandomAccess.GetLength(file);
        return new FileStat(FileKind.File, length, modified, new FileIdentity(0, 0, File.GetCreationTimeUtc(file).Ticks), length);
    }

    /// <summary>The path of a new temporary file in a directory.</summary>
    protected static string TemporaryName(string directory) => Path.Combine(directory, $".pieces-{Guid.NewGuid():N}");
}
