using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// Writes a file atomically: the bytes go to a new file in the same directory under an unpredictable name, which is flushed and renamed. A full disk
/// or a crash does not damage the existing file, and a file or link that another user placed there is not written to.
/// </summary>
internal static class WholeFile
{
    /// <summary>Writes a file at a path that the user chose.</summary>
    /// <param name="path">The path, which is passed to the system as typed.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="isPrivate">Whether only its owner can access the file.</param>
    /// <exception cref="IOException">The operating system reported an error; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool overwrite, bool isPrivate = false)
    {
        using DirectoryHandle folder = CurrentPlatform.Files.OpenDirectory(Path.GetDirectoryName(path) ?? string.Empty);
        Write(folder.At(Path.GetFileName(path)), bytes, overwrite, isPrivate);
    }

    /// <summary>Writes a file below an open directory.</summary>
    /// <inheritdoc cref="Write(string, ReadOnlySpan{byte}, bool, bool)" path="/exception"/>
    public static void Write(FileLocation file, ReadOnlySpan<byte> bytes, bool overwrite, bool isPrivate = false)
    {
        FileLocation temporary = file.Temporary();
        SafeFileHandle handle = temporary.Open(FileOpening.New() with { IsPrivate = isPrivate });
        try
        {
            using (handle)
            {
                RandomAccess.Write(handle, bytes, 0);
                file.Directory.FileSystem.Flush(handle);
            }

            temporary.RenameTo(file, overwrite);
        }
        catch
        {
            Abandon(temporary);
            throw;
        }

        file.Parent.FlushDirectory();
    }

    private static void Abandon(FileLocation temporary)
    {
        try
        {
            temporary.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller needs the first failure. The leftover file has a unique name and does no harm.
        }
    }
}
