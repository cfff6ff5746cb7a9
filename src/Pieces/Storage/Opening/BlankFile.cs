using Microsoft.Win32.SafeHandles;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Recognises files without data: files that are empty, or that were preallocated and contain only zeros.</summary>
internal static class BlankFile
{
    private const int BufferLength = 512 * 1024;

    /// <summary>Whether a file contains only zero bytes. Holes are skipped without reading, where the operating system reports them.</summary>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static bool Is(FileLocation file)
    {
        try
        {
            IFileSystem system = file.Directory.FileSystem;
            using SafeFileHandle handle = file.Open(FileOpening.Read);
            FileStat facts = system.Stat(handle);
            byte[] buffer = new byte[Math.Min(BufferLength, facts.Length)];
            bool isToldOf = facts.Allocated < facts.Length;
            for (long at = 0; at < facts.Length;)
            {
                long end = facts.Length;
                if (isToldOf && system.TryFindData(handle, at, out long start, out long stop))
                    (at, end) = (start, stop);
                else if (isToldOf && facts.Allocated == 0)
                    return true;
                if (!IsBlank(handle, buffer, ref at, end))
                    return false;
            }

            return true;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(file, "read it", e);
        }
    }

    private static bool IsBlank(SafeFileHandle handle, byte[] buffer, ref long at, long end)
    {
        while (at < end)
        {
            int read = RandomAccess.Read(handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (read == 0)
                at = end;
            if (buffer.AsSpan(0, read).ContainsAnyExcept((byte)0))
                return false;
            at += read;
        }

        return true;
    }
}
