using Pieces.Platform;

namespace Pieces.Metadata;

/// <summary>
/// Recognises paths that are neither files nor folders without opening them: opening a pipe could block, and the runtime reports all of them as files
/// of 0 bytes.
/// </summary>
internal static class SpecialFile
{
    /// <summary>
    /// The type of a path's final target, with an article; null for a file, a folder or a missing path, and when the operating system does not report
    /// it.
    /// </summary>
    public static string? KindOf(string path) => CurrentPlatform.Files.KindOfTarget(path) switch
    {
        FileKind.Pipe => "a named pipe",
        FileKind.Device => "a device",
        FileKind.Socket => "a socket",
        _ => null,
    };
}
