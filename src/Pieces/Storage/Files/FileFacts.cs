namespace Pieces.Storage.Files;

/// <summary>What stands at a path.</summary>
internal enum FileKind : byte
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>An ordinary file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, wherever it leads.</summary>
    Link,

    /// <summary>A pipe, a socket, a device.</summary>
    Other,
}

/// <summary>What the system says of a path, links not followed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Modified">Time of the last write in ns since 1970; on other systems than Linux of a coarser clock.</param>
/// <param name="Identity">Differs from file to file and stays through writes and renames; 0 when unknown.</param>
/// <param name="Allocated">Bytes of the disk that it takes; holes take none.</param>
internal readonly record struct FileFacts(FileKind Kind, long Length, long Modified, long Identity, long Allocated)
{
    /// <summary>Whether an ordinary file is there.</summary>
    public bool IsFile => Kind == FileKind.File;

    /// <summary>Looks at a path.</summary>
    /// <exception cref="StorageException">The system refused to say.</exception>
    public static FileFacts Of(string path)
    {
        try
        {
            if (OperatingSystem.IsLinux())
                return UnixCalls.TryStat(path, out FileFacts facts) ? facts : default;
            return Portable(new FileInfo(path));
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(path, "look at it", e);
        }
    }

    /// <summary>What was seen of a file when it was listed.</summary>
    public static FileFacts Of(Metadata.SourceFile listed) =>
        new(FileKind.File, listed.Length, (listed.Modified - DateTime.UnixEpoch).Ticks * 100, 0, listed.Length);

    private static FileFacts Portable(FileInfo info)
    {
        if ((int)info.Attributes == -1)
            return default;
        if ((info.Attributes & FileAttributes.ReparsePoint) != 0 && info.LinkTarget is not null)
            return new FileFacts(FileKind.Link, 0, 0, 0, 0);
        if ((info.Attributes & FileAttributes.Directory) != 0)
            return new FileFacts(FileKind.Folder, 0, 0, 0, 0);
        if ((info.Attributes & FileAttributes.Device) != 0)
            return new FileFacts(FileKind.Other, 0, 0, 0, 0);
        long modified = (info.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100;
        return new FileFacts(FileKind.File, info.Length, modified, info.CreationTimeUtc.Ticks, info.Length);
    }
}
