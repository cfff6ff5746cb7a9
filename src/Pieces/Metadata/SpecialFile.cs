using Pieces.Platform;

namespace Pieces.Metadata;

/// <summary>
/// Knows what is neither a file nor a folder without opening it: a pipe would keep whoever opens it waiting, and the runtime takes all of them for
/// files of 0 bytes.
/// </summary>
internal static class SpecialFile
{
    /// <summary>What a path leads to in the end, with its article; null for a file, a folder or nothing, or where nothing tells.</summary>
    public static string? KindOf(string path) => CurrentPlatform.Files.KindOfTarget(path) switch
    {
        FileKind.Pipe => "a named pipe",
        FileKind.Device => "a device",
        FileKind.Socket => "a socket",
        _ => null,
    };
}
