using Pieces.Platform;

namespace Pieces.Dht;

/// <summary>
/// The file in which a node keeps its <see cref="DhtMemory"/> between runs. Without it, joining the network takes a few seconds longer, so errors are
/// returned and never thrown.
/// </summary>
internal static class DhtCacheFile
{
    /// <summary>Reads the file; returns null and the reason if it is missing or unusable.</summary>
    public static DhtMemory? TryRead(string path, out string reason)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            byte[] bytes = new byte[DhtMemory.MaxLength + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            reason = "it is damaged";
            return DhtMemory.TryRead(bytes.AsMemory(0, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
            return null;
        }
    }

    /// <summary>Writes the file atomically (temporary file, then rename), readable by its owner only, since it shows which networks the user was
    /// in.</summary>
    /// <returns>The reason why it could not be written; null on success.</returns>
    public static string? TryWrite(string path, DhtMemory memory)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            WholeFile.Write(path, memory.Write(), overwrite: true, isPrivate: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
