using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>A name in a directory: what the storage opens, renames and removes, without a path that others could bend.</summary>
/// <param name="Directory">The directory that it is below.</param>
/// <param name="Name">The relative path; empty for the directory itself.</param>
internal readonly record struct FileLocation(DirectoryHandle Directory, string Name)
{
    private const string TemporaryPrefix = ".pieces-new-";

    /// <summary>The path for messages and events.</summary>
    public string FullPath => Path.Join(Directory.Path, Name) is { Length: > 0 } path ? path : ".";

    /// <summary>The directory that it is in.</summary>
    public FileLocation Parent => new(Directory, Path.GetDirectoryName(Name) ?? string.Empty);

    /// <summary>The location beside it whose name is longer by a suffix.</summary>
    public FileLocation WithSuffix(string suffix) => new(Directory, Name + suffix);

    /// <summary>Whether both are the same name below the same handle.</summary>
    public bool Equals(FileLocation other) => ReferenceEquals(Directory, other.Directory) && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Name, StringComparison.Ordinal);

    /// <inheritdoc cref="DirectoryHandle.Stat"/>
    public FileStat Stat() => Directory.Stat(Name);

    /// <inheritdoc cref="DirectoryHandle.Open"/>
    public SafeFileHandle Open(FileOpening opening) => Directory.Open(Name, opening);

    /// <inheritdoc cref="DirectoryHandle.TryLock"/>
    public SafeFileHandle? TryLock(out bool isKept) => Directory.TryLock(Name, out isKept);

    /// <inheritdoc cref="DirectoryHandle.IsLocked"/>
    public bool IsLocked() => Directory.IsLocked(Name);

    /// <summary>Gives it another name below the same directory.</summary>
    public void RenameTo(FileLocation other, bool overwrite) => Directory.Rename(Name, other.Name, overwrite);

    /// <inheritdoc cref="DirectoryHandle.Delete"/>
    public void Delete() => Directory.Delete(Name);

    /// <inheritdoc cref="DirectoryHandle.CreateDirectory"/>
    public void CreateDirectory(bool isPrivate = false) => Directory.CreateDirectory(Name, isPrivate);

    /// <inheritdoc cref="DirectoryHandle.MakePrivate"/>
    public void MakePrivate() => Directory.MakePrivate(Name);

    /// <inheritdoc cref="DirectoryHandle.List"/>
    public IReadOnlyList<string> List() => Directory.List(Name);

    /// <summary>A location beside it with a name that nobody can guess, for a file that is about to take its place.</summary>
    public FileLocation Temporary() => new(Directory, Path.Join(Parent.Name, $"{TemporaryPrefix}{Guid.NewGuid():N}"));

    /// <summary>Whether a name is one of <see cref="Temporary"/>.</summary>
    public static bool IsTemporary(string name) => name.StartsWith(TemporaryPrefix, StringComparison.Ordinal);

    /// <inheritdoc cref="DirectoryHandle.DeleteDirectory"/>
    public void DeleteDirectory() => Directory.DeleteDirectory(Name);

    /// <inheritdoc cref="DirectoryHandle.FlushDirectory"/>
    public void FlushDirectory() => Directory.FlushDirectory(Name);

    /// <inheritdoc/>
    public override string ToString() => FullPath;
}
