using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>The calls that can fail because of the disk, behind one door so that a test can make them fail.</summary>
internal interface IDiskCalls
{
    /// <summary>Writes all buffers one after the other from <paramref name="offset"/>.</summary>
    void Write(SafeFileHandle handle, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset);

    /// <summary>Waits until what was written is on the disk.</summary>
    void Flush(SafeFileHandle handle);

    /// <summary>Begins to send written bytes to the disk, where the system knows how; never needed, only kind.</summary>
    void StartWriting(SafeFileHandle handle, long offset, long length);

    /// <summary>Waits until written bytes are on the disk and takes them out of the system's cache, where the system knows how. No flush.</summary>
    void WriteAndForget(SafeFileHandle handle, long offset, long length);

    /// <summary>Bytes that are free for us on the disk that holds <paramref name="folder"/>, or null when it does not say.</summary>
    long? FreeSpace(string folder);
}

/// <summary>The disk itself.</summary>
internal sealed class SystemDiskCalls : IDiskCalls
{
    /// <summary>The one instance; it has no state.</summary>
    public static readonly SystemDiskCalls Instance = new();

    private SystemDiskCalls()
    {
    }

    /// <inheritdoc/>
    public void Write(SafeFileHandle handle, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
    {
        if (buffers.Count == 1)
            RandomAccess.Write(handle, buffers[0].Span, offset);
        else
            RandomAccess.Write(handle, buffers, offset);
    }

    /// <inheritdoc/>
    public void Flush(SafeFileHandle handle) => RandomAccess.FlushToDisk(handle);

    /// <inheritdoc/>
    public void StartWriting(SafeFileHandle handle, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
            UnixCalls.StartWriting(handle, offset, length);
    }

    /// <inheritdoc/>
    public void WriteAndForget(SafeFileHandle handle, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
            UnixCalls.WriteAndForget(handle, offset, length);
    }

    /// <inheritdoc/>
    public long? FreeSpace(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file system that does not tell is no reason not to try; a full disk is noticed when it is.
            return null;
        }
    }
}
