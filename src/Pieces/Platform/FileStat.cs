namespace Pieces.Platform;

/// <summary>What the system says of a path.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Modified">Time of the last write in ns since 1970; other systems than Linux have a coarser clock.</param>
/// <param name="Identity">Which file it is.</param>
/// <param name="Allocated">Bytes that it takes on the disk; holes take none.</param>
internal readonly record struct FileStat(FileKind Kind, long Length, long Modified, FileIdentity Identity, long Allocated)
{
    /// <summary>Whether an ordinary file is there.</summary>
    public bool IsFile => Kind == FileKind.File;
}
