using System.Runtime.InteropServices;

namespace Pieces.Metadata;

/// <summary>Errors of files to be included in a torrent. Each message begins with the path as the user typed it.</summary>
internal static class ContentErrors
{
    /// <summary>The form of a path in a message.</summary>
    public static string Show(string path) => path.Length == 0 ? "\"\"" : SafePath.Display(path);

    /// <summary>The path does not exist.</summary>
    public static FileNotFoundException Missing(string shown) => new($"{Show(shown)}: no such file or folder", shown);

    /// <summary>The target of a symbolic link does not exist.</summary>
    /// <param name="shown">The link.</param>
    /// <param name="target">Its target.</param>
    /// <param name="isGiven">Whether the user named the link; otherwise it was found in a folder.</param>
    public static FileNotFoundException Dangling(string shown, string target, bool isGiven) => new(
        $"{Show(shown)}: is a link to {Show(target)}, which does not exist (fix the link{(isGiven ? "" : " or move it out of the folder")})", shown);

    /// <summary>The path is a pipe, a socket or a device, which cannot be included.</summary>
    /// <param name="shown">The path.</param>
    /// <param name="kind">The type of the path, with an article.</param>
    /// <param name="isGiven">Whether the user named the path; otherwise it was found in a folder.</param>
    public static IOException Special(string shown, string kind, bool isGiven) =>
        new($"{Show(shown)}: is {kind}, not a regular file or folder{(isGiven ? "" : " (move it out of the folder)")}");

    /// <summary>
    /// A path cannot be read. The exception has the type of <paramref name="cause"/>, except that a missing file or directory always gives a
    /// <see cref="FileNotFoundException"/>, and every other type an <see cref="IOException"/>.
    /// </summary>
    public static Exception Unreadable(string shown, Exception cause) => cause switch
    {
        UnauthorizedAccessException => new UnauthorizedAccessException(
            $"{Show(shown)}: cannot be read: permission denied (you need read permission)", cause),
        FileNotFoundException or DirectoryNotFoundException => Missing(shown),
        _ => new IOException($"{Show(shown)}: cannot be read: {ReasonOf(cause)}", cause),
    };

    // The runtime stores errno in HResult; its own message would repeat the full path.
    private static string ReasonOf(Exception cause)
    {
        bool isNumber = !OperatingSystem.IsWindows() && cause.HResult is > 0 and < 4096;
        string reason = (isNumber ? Marshal.GetPInvokeErrorMessage(cause.HResult) : cause.Message).TrimEnd('.');
        return reason.Length > 1 && char.IsLower(reason[1]) ? char.ToLowerInvariant(reason[0]) + reason[1..] : reason;
    }
}
