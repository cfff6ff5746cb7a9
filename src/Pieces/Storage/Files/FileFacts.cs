using Microsoft.Win32.SafeHandles;
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

    /// <summary>Reads a whole file, at most so many bytes of it, and says how it looked when it was open.</summary>
    /// <exception cref="IOException">The system refused; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public static byte[] ReadAll(FileLocation file, long limit, out FileStat facts)
    {
        using SafeFileHandle handle = file.Open(FileOpening.Read);
        facts = file.Directory.FileSystem.Stat(handle);
        byte[] bytes = new byte[Math.Min(facts.Length, limit)];
        int done = 0;
        while (done < bytes.Length)
        {
            int read = RandomAccess.Read(handle, bytes.AsSpan(done), done);
            if (read == 0)
                return bytes[..done];
            done += read;
        }

        return bytes;
    }
}
