using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// A name relative to an open directory. The storage opens, renames and deletes files by location and not by path, because other users could redirect
/// a path.
/// </summary>
/// <param name="Directory">The directory that contains the name.</param>
/// <param name="Name">The relative path; empty for the directory itself.</param>
internal readonly record struct FileLocation(DirectoryHandle Directory, string Name)
{
    private const string TemporaryPrefix = ".pieces-new-";

    /// <summary>The full path, for messages and events.</summary>
    public string FullPath => Path.Join(Directory.Path, Name) is { Length: > 0 } path ? path : ".";

    /// <summary>The parent directory.</summary>
    public FileLocation Parent => new(Directory, Path.GetDirectoryName(Name) ?? string.Empty);

    /// <summary>A location in the same directory whose name has a suffix appended.</summary>
    public FileLocation WithSuffix(string suffix) => new(Directory, Name + suffix);

    /// <summary>Whether both are the same name below the same handle.</summary>
    public bool Equals(FileLocation other) =>
        ReferenceEquals(Directory, other.Directory) && string.Equals(Name, other.Name, StringComparison.Ordinal);

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

    /// <summary>Renames the file to another name below the same directory.</summary>
    public void RenameTo(FileLocation other, bool overwrite) => Directory.Rename(Name, other.Name, overwrite);

    /// <inheritdoc cref="DirectoryHandle.Delete"/>
    public void Delete() => Directory.Delete(Name);

    /// <inheritdoc cref="DirectoryHandle.CreateDirectory"/>
    public void CreateDirectory(bool isPrivate = false) => Directory.CreateDirectory(Name, isPrivate);

    /// <inheritdoc cref="DirectoryHandle.MakePrivate"/>
    public void MakePrivate() => Directory.MakePrivate(Name);

    /// <inheritdoc cref="DirectoryHandle.List"/>
    public IReadOnlyList<string> List() => Directory.List(Name);

    /// <summary>A location in the same directory with an unpredictable name, for a file that will replace this one.</summary>
    public FileLocation Temporary() => new(Directory, Path.Join(Parent.Name, $"{TemporaryPrefix}{Guid.NewGuid():N}"));

    /// <summary>Whether a name was made by <see cref="Temporary"/>.</summary>
    public static bool IsTemporary(string name) => name.StartsWith(TemporaryPrefix, StringComparison.Ordinal);

    /// <inheritdoc cref="DirectoryHandle.DeleteDirectory"/>
    public void DeleteDirectory() => Directory.DeleteDirectory(Name);

    /// <inheritdoc cref="DirectoryHandle.FlushDirectory"/>
    public void FlushDirectory() => Directory.FlushDirectory(Name);

    /// <inheritdoc/>
    public override string ToString() => FullPath;
}
