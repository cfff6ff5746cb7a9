using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// Files and directories of the operating system. Calls throw an <see cref="IOException"/>, or an <see cref="UnauthorizedAccessException"/> with an
/// <see cref="IOException"/> inside, whose <see cref="Exception.HResult"/> is the system's error number; <see cref="SystemErrors"/> interprets it.
/// Safe for all threads; calls block.
/// </summary>
internal interface IFileSystem
{
    /// <summary>The working directory of the process. Names in it may be absolute paths.</summary>
    DirectoryHandle WorkingDirectory { get; }

    /// <summary>Opens a directory that the user chose; its files are then located relative to it. It need not exist yet.</summary>
    DirectoryHandle OpenDirectory(string path);

    /// <summary>The type of the final target of a path; <see cref="FileKind.Missing"/> also when the operating system does not report it.</summary>
    FileKind KindOfTarget(string path);

    /// <summary>Free space for our user on the disk that contains a directory, in bytes; null when it is unknown.</summary>
    long? FreeSpace(string directory);

    /// <summary>Creates a temporary file without a name in a directory: however the process ends, the file disappears.</summary>
    FileStream CreateUnnamed(string directory);

    /// <summary>Writes all buffers one after the other from <paramref name="offset"/>.</summary>
    void Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset);

    /// <summary>
    /// Waits until all written data of a file is on the disk. Every flush of a file goes through this method. It fails when data written since the
    /// last flush was lost, even if it was lost earlier in the background. The operating system reports the loss once: when a second flush succeeds,
    /// the lost bytes may still be missing on the disk.
    /// </summary>
    void Flush(SafeFileHandle file);

    /// <summary>Reads the state of an open file.</summary>
    FileStat Stat(SafeFileHandle file);

    /// <summary>
    /// Drops the data of a file from the system's cache, as far as it is on the disk and the operating system supports this. The next read then
    /// returns what is on the disk. Data that is not written back yet stays in the cache.
    /// </summary>
    void ForgetCached(SafeFileHandle file);

    /// <summary>Starts to write data from the cache to the disk, where the operating system supports it. This only shortens the next flush.</summary>
    void StartWriting(SafeFileHandle file, long offset, long length);

    /// <summary>Waits until written data is on the disk, and drops it from the system's cache, where the operating system supports it.</summary>
    /// <remarks>This is not a flush: metadata of the file, such as its length, may not be on the disk yet.</remarks>
    void WriteAndForget(SafeFileHandle file, long offset, long length);

    /// <summary>
    /// Finds the first run of written data of a sparse file at or after an offset. Everything else reads as zeros and was never written.
    /// </summary>
    /// <returns>False when there is none, or when the operating system cannot tell.</returns>
    bool TryFindData(SafeFileHandle file, long offset, out long start, out long end);
}
