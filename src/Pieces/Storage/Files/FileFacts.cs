using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Looks at files of a torrent; what the system refuses becomes a <see cref="StorageException"/>.</summary>
internal static class FileFacts
{
    /// <summary>Looks at a path without following a link at its end.</summary>
    /// <exception cref="StorageException">The system refused to say.</exception>
    public static FileStat Of(string path)
    {
        try
        {
            if (OperatingSystem.IsLinux())
                return UnixCalls.TryStat(path, out FileStat stat) ? stat : default;
            return Portable(new FileInfo(path));
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(path, "look at it", e);
        }
    }

    /// <summary>What was seen of a file when it was listed.</summary>
    public static FileStat Of(Metadata.SourceFile listed) =>
        new(FileKind.File, listed.Length, (listed.Modified - DateTime.UnixEpoch).Ticks * 100, default, listed.Length);

    private static FileStat Portable(FileInfo info)
    {
        if ((int)info.Attributes == -1)
            return default;
        if ((info.Attributes & FileAttributes.ReparsePoint) != 0 && info.LinkTarget is not null)
            return new FileStat(FileKind.Link, 0, 0, default, 0);
        if ((info.Attributes & FileAttributes.Directory) != 0)
            return new FileStat(FileKind.Folder, 0, 0, default, 0);
        if ((info.Attributes & FileAttributes.Device) != 0)
            return new FileStat(FileKind.Device, 0, 0, default, 0);
        long modified = (info.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100;
        return new FileStat(FileKind.File, info.Length, modified, new FileIdentity(0, 0, info.CreationTimeUtc.Ticks), info.Length);
    }
}
