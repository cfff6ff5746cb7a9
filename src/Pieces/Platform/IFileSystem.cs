using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// Files and directories of the system. A failure is an <see cref="IOException"/>, or an <see cref="UnauthorizedAccessException"/> with one inside it, whose
/// <see cref="Exception.HResult"/> is the system's number for the reason; <see cref="SystemErrors"/> reads it. Safe for all threads; calls block.
/// </summary>
internal interface IFileSystem
{
    /// <summary>The directory that the process works in. Names in it may be absolute paths.</summary>
    DirectoryHandle WorkingDirectory { get; }

    /// <summary>Opens a directory that the user named, whose files are then found below it. It need not exist yet.</summary>
    DirectoryHandle OpenDirectory(string path);

    /// <summary>What a path leads to in the end; <see cref="FileKind.Missing"/> also when the system does not say.</summary>
    FileKind KindOfTarget(string path);

    /// <summary>Bytes that are free for us on the disk that holds a directory, or null when it does not say.</summary>
    long? FreeSpace(string directory);

    /// <summary>Makes a temporary file without a name in a directory: whatever becomes of the process, nothing of the file is left.</summary>
    FileStream CreateUnnamed(string directory);

    /// <summary>Writes all buffers one after the other from <paramref name="offset"/>.</summary>
    void Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset);

    /// <summary>
    /// Waits until what was written to a file is on the disk. Every flush of a file goes through here. It fails when anything that was written since the last
    /// flush was lost, also earlier and in the background. The system says so once: a second flush that succeeds proves nothing about those bytes.
    /// </summary>
    void Flush(SafeFileHandle file);

    /// <summary>Looks at an open file.</summary>
    FileStat Stat(SafeFileHandle file);

    /// <summary>
    /// Takes what is on the disk of a file out of the system's cache, where the system knows how, so that the next read shows what the disk has. Bytes on
    /// their way to the disk stay.
    /// </summary>
    void ForgetCached(SafeFileHandle file);

    /// <summary>Begins to send written bytes to the disk, where the system knows how. Nothing depends on it but the time of the next flush.</summary>
    void StartWriting(SafeFileHandle file, long offset, long length);

    /// <summary>Waits until written bytes are on the disk and takes them out of the system's cache, where the system knows how.</summary>
    /// <remarks>This is no flush: the file's own records, such as its length, may not be on the disk yet.</remarks>
    void WriteAndForget(SafeFileHandle file, long offset, long length);

    /// <summary>The first run of written bytes of a sparse file at or behind an offset: everything else reads as zero and was never written.</summary>
    /// <returns>False when there is none, or where the system cannot tell.</returns>
    bool TryFindData(SafeFileHandle file, long offset, out long start, out long end);
}
