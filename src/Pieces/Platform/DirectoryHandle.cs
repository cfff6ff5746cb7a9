using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// A directory that the user named, and what is below it. The user's word for the directory itself counts; names below it come from others. A name is a
/// relative path with <c>/</c> between its components, or empty for the directory itself.
/// </summary>
/// <remarks>Failures are those of <see cref="IFileSystem"/>. Safe for all threads; calls block.</remarks>
internal abstract class DirectoryHandle : IDisposable
{
    protected DirectoryHandle(IFileSystem fileSystem, string path)
    {
        FileSystem = fileSystem;
        Path = path;
    }

    /// <summary>The file system that opened it.</summary>
    public IFileSystem FileSystem { get; }

    /// <summary>Its path as it was named.</summary>
    public string Path { get; }

    /// <summary>Whether its file system keeps owners and permissions, as far as is known; where it does not, a file proves nothing by being there.</summary>
    public virtual bool HasOwners => true;

    /// <summary>Something below it.</summary>
    public FileLocation At(string name) => new(this, name);

    /// <summary>Something that the user named by a path of its own.</summary>
    public virtual FileLocation Elsewhere(string path) => FileSystem.WorkingDirectory.At(path);

    /// <summary>Makes the directory, and those above it, where they are missing.</summary>
    public abstract void Create();

    /// <summary>Looks at a name without following a link at its end.</summary>
    public abstract FileStat Stat(string name);

    /// <summary>Opens or makes a file.</summary>
    public abstract SafeFileHandle Open(string name, FileOpening opening);

    /// <summary>Opens or makes a file and locks it against other processes until it is closed; the system drops the lock with the process.</summary>
    /// <param name="name">The file.</param>
    /// <param name="isKept">Whether the file system keeps locks; where it does not, the file is open and keeps nobody out.</param>
    /// <returns>The open file, or null when another process has the lock.</returns>
    public abstract SafeFileHandle? TryLock(string name, out bool isKept);

    /// <summary>Whether another process has the lock of a file; false also when there is no such file.</summary>
    public abstract bool IsLocked(string name);

    /// <summary>Gives a file another name.</summary>
    public abstract void Rename(string from, string to, bool overwrite);

    /// <summary>Removes a file or a link, if it is there.</summary>
    public abstract void Delete(string name);

    /// <summary>Makes a directory, and those above it, where they are missing.</summary>
    /// <param name="name">The directory.</param>
    /// <param name="isPrivate">Whether a new one is for its owner alone, where there are owners.</param>
    public abstract void CreateDirectory(string name, bool isPrivate);

    /// <summary>Leaves a directory to its owner alone, where there are owners.</summary>
    public abstract void MakePrivate(string name);

    /// <summary>The names in a directory.</summary>
    public abstract IReadOnlyList<string> List(string name);

    /// <summary>Removes an empty directory.</summary>
    public abstract void DeleteDirectory(string name);

    /// <summary>Makes the entries of a directory durable, so that a rename in it survives a power cut.</summary>
    public abstract void FlushDirectory(string name);

    /// <summary>Flushes everything of the file system that the directory is on; false where the system cannot.</summary>
    public abstract bool TryFlushFileSystem();

    /// <summary>Closes what was opened to find the names.</summary>
    public abstract void Dispose();
}
