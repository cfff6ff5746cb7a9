using Pieces.Platform;

namespace Pieces.Dht;

/// <summary>
/// The file in which a node keeps its <see cref="DhtMemory"/> between runs. Losing it costs a few seconds, so nothing here fails the caller.
/// </summary>
internal static class DhtCacheFile
{
    /// <summary>Reads it; null when there is none that is of use, with the reason.</summary>
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

    /// <summary>Writes it beside its place and puts it there whole, readable by its owner alone: it tells where a user has been.</summary>
    /// <returns>Why it could not be written; null when it is there.</returns>
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
