using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// A directory that the user chose, and everything below it. The path of the directory itself is trusted; names below it are not, because they come
/// from torrents. A name is a relative path with <c>/</c> between its components, or empty for the directory itself.
/// </summary>
/// <remarks>Throws the exceptions of <see cref="IFileSystem"/>. Safe for all threads; calls block.</remarks>
internal abstract class DirectoryHandle : IDisposable
{
    protected DirectoryHandle(IFileSystem fileSystem, string path)
    {
        FileSystem = fileSystem;
        Path = path;
    }

    /// <summary>The file system that opened it.</summary>
    public IFileSystem FileSystem { get; }

    /// <summary>The path as the user typed it.</summary>
    public string Path { get; }

    /// <summary>
    /// Whether the file system stores owners and permissions, as far as is known. Without owners, an existing file may come from any user.
    /// </summary>
    public virtual bool HasOwners => true;

    /// <summary>A location below the directory.</summary>
    public FileLocation At(string name) => new(this, name);

    /// <summary>A location that the user named by a path of its own.</summary>
    public virtual FileLocation Elsewhere(string path) => FileSystem.WorkingDirectory.At(path);

    /// <summary>Creates the directory, including its missing parents.</summary>
    public abstract void Create();

    /// <summary>Reads the state of a name; a link at its end is not followed.</summary>
    public abstract FileStat Stat(string name);

    /// <summary>Opens or creates a file.</summary>
    public abstract SafeFileHandle Open(string name, FileOpening opening);

    /// <summary>
    /// Opens or creates a file and locks it against other processes until it is closed. The operating system releases the lock when the process ends.
    /// </summary>
    /// <param name="name">The file.</param>
    /// <param name="isKept">Whether the file system supports locks; when false, the file is open but not locked.</param>
    /// <returns>The open file; null when another process has the lock.</returns>
    public abstract SafeFileHandle? TryLock(string name, out bool isKept);

    /// <summary>Whether another process has locked a file; false also when the file does not exist.</summary>
    public abstract bool IsLocked(string name);

    /// <summary>Renames a file.</summary>
    public abstract void Rename(string from, string to, bool overwrite);

    /// <summary>Deletes a file or a link, if it exists.</summary>
    public abstract void Delete(string name);

    /// <summary>Creates a directory, including its missing parents.</summary>
    /// <param name="name">The directory.</param>
    /// <param name="isPrivate">Whether only its owner can access a new directory, where owners exist.</param>
    public abstract void CreateDirectory(string name, bool isPrivate);

    /// <summary>Restricts a directory to its owner, where owners exist.</summary>
    public abstract void MakePrivate(string name);

    /// <summary>The names in a directory.</summary>
    public abstract IReadOnlyList<string> List(string name);

    /// <summary>Deletes an empty directory.</summary>
    public abstract void DeleteDirectory(string name);

    /// <summary>Makes the entries of a directory durable, so that a rename in it survives a power cut.</summary>
    public abstract void FlushDirectory(string name);

    /// <summary>
    /// Flushes the whole file system that contains the directory; false when the operating system cannot. The first call flushes nothing and returns
    /// false: from then on write-back errors are noticed.
    /// </summary>
    public abstract bool TryFlushFileSystem();

    /// <summary>Closes the directory.</summary>
    public abstract void Dispose();
}
