using Microsoft.Win32.SafeHandles;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Reads the state of a torrent's files; errors of the operating system become a <see cref="StorageException"/>.</summary>
internal static class FileFacts
{
    /// <summary>Reads the state of a file or directory; a symbolic link is not followed.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public static FileStat Of(FileLocation file)
    {
        try
        {
            return file.Stat();
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(file, "access it", e);
        }
    }

    /// <summary>Reads a whole file, at most <paramref name="limit"/> bytes of it, and returns its state as of the moment it was opened.</summary>
    /// <exception cref="IOException">The operating system reported an error; likewise <see cref="UnauthorizedAccessException"/>.</exception>
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
