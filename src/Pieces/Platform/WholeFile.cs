using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// Puts a file in its place whole or not at all: the bytes go to a new file beside it under a name that nobody can guess, which is flushed and renamed. So
/// neither a full disk nor a sudden end costs the file that was there, and neither a file nor a link that others put there is written to.
/// </summary>
internal static class WholeFile
{
    /// <summary>Writes a file at a path that the user named.</summary>
    /// <param name="path">The path, which goes to the system as it was typed.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="overwrite">Whether a file that is there is replaced.</param>
    /// <param name="isPrivate">Whether it is for its owner alone.</param>
    /// <exception cref="IOException">The system refused; likewise <see cref="UnauthorizedAccessException"/>.</exception>
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
            // What failed before is what the caller has to know; the file has an unused name and is in nobody's way.
        }
    }
}
