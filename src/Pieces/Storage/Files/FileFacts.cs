using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Looks at files of a torrent; what the system refuses becomes a <see cref="StorageException"/>.</summary>
internal static class FileFacts
{
    /// <summary>Looks at a file or directory without following a link at its end.</summary>
    /// <exception cref="StorageException">The system refused to say.</exception>
    public static FileStat Of(FileLocation file)
    {
        try
        {
            return file.Stat();
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(file, "look at it", e);
        }
    }
}
