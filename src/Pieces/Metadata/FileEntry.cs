using System.Collections.Immutable;

namespace Pieces.Metadata;

/// <summary>Attributes of a file in a torrent (BEP 47).</summary>
[Flags]
public enum TorrentFileAttributes
{
    /// <summary>An ordinary file.</summary>
    None = 0,

    /// <summary>Zeros that only align the next file to a piece border; never stored on the disk, never requested.</summary>
    Padding = 1,

    /// <summary>The file is marked executable.</summary>
    Executable = 2,

    /// <summary>The file is marked hidden.</summary>
    Hidden = 4,

    /// <summary>A symbolic link. We do not create links, so the entry has no bytes and no file.</summary>
    Symlink = 8,
}

/// <summary>One file of a torrent, in the order of the metainfo.</summary>
/// <param name="Index">Index among all entries, from 0, including pad files.</param>
/// <param name="Path">Components of a safe path below the output folder, including the torrent's top folder.</param>
/// <param name="OriginalPath">
/// The path components as in the metainfo, beginning with the torrent's name, with invalid UTF-8 replaced. For display only: never open this path.
/// </param>
/// <param name="Offset">Offset of the file in the torrent, in bytes.</param>
/// <param name="Length">Length in bytes; may be 0.</param>
/// <param name="Attributes">The attributes of BEP 47.</param>
public sealed record FileEntry(
    int Index, ImmutableArray<string> Path, ImmutableArray<string> OriginalPath, long Offset, long Length, TorrentFileAttributes Attributes)
{
    /// <summary>The safe path with '/' between its components.</summary>
    public string RelativePath => string.Join('/', Path);

    /// <summary>Whether the entry is a pad file (BEP 47).</summary>
    public bool IsPadding => (Attributes & TorrentFileAttributes.Padding) != 0;

    /// <summary>Whether the entry is stored as a file on the disk.</summary>
    public bool IsOnDisk => (Attributes & (TorrentFileAttributes.Padding | TorrentFileAttributes.Symlink)) == 0;
}
