using System.Collections.Immutable;

namespace Pieces.Metadata;

/// <summary>Attributes of a file in a torrent (BEP 47).</summary>
[Flags]
public enum FileAttributes
{
    /// <summary>An ordinary file.</summary>
    None = 0,

    /// <summary>Zeros that only align the next file to a piece border; never on the disk, never asked for.</summary>
    Padding = 1,

    /// <summary>Marked executable.</summary>
    Executable = 2,

    /// <summary>Marked hidden.</summary>
    Hidden = 4,

    /// <summary>A symbolic link; links are not made, so such an entry has no bytes and no file.</summary>
    Symlink = 8,
}

/// <summary>One file of a torrent, in the order of the metainfo.</summary>
/// <param name="Index">Position among all entries, from 0, pad files included.</param>
/// <param name="Path">Safe path below the output folder, one component each, the torrent's own top folder included.</param>
/// <param name="OriginalPath">
/// The components as the metainfo has them (its name first, invalid UTF-8 replaced), for display only: never a path to open.
/// </param>
/// <param name="Offset">Where its bytes begin in the torrent's bytes.</param>
/// <param name="Length">Length in bytes; 0 is allowed.</param>
/// <param name="Attributes">What BEP 47 says of it.</param>
public sealed record FileEntry(
    int Index, ImmutableArray<string> Path, ImmutableArray<string> OriginalPath, long Offset, long Length, FileAttributes Attributes)
{
    /// <summary>The safe path with '/' between its components.</summary>
    public string RelativePath => string.Join('/', Path);

    /// <summary>Whether it is alignment only (BEP 47).</summary>
    public bool IsPadding => (Attributes & FileAttributes.Padding) != 0;

    /// <summary>Whether it gets a file on the disk.</summary>
    public bool IsOnDisk => (Attributes & (FileAttributes.Padding | FileAttributes.Symlink)) == 0;
}
