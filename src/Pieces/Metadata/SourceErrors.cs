using System.Runtime.InteropServices;

namespace Pieces.Metadata;

/// <summary>What can be wrong with files that are to be described: each message begins with the path as the caller wrote it.</summary>
internal static class SourceErrors
{
    /// <summary>How a path stands in a message.</summary>
    public static string Show(string path) => path.Length == 0 ? "\"\"" : SafePath.Display(path);

    /// <summary>Nothing is at a path.</summary>
    public static FileNotFoundException Missing(string shown) => new($"{Show(shown)}: no such file or folder", shown);

    /// <summary>A link leads to nothing.</summary>
    /// <param name="shown">The link.</param>
    /// <param name="target">What it says.</param>
    /// <param name="isGiven">Whether the caller named it; otherwise it was met in a folder.</param>
    public static FileNotFoundException Dangling(string shown, string target, bool isGiven) => new(
        $"{Show(shown)}: is a link to {Show(target)}, which is not there (mend the link{(isGiven ? "" : " or move it out of the folder")})", shown);

    /// <summary>A pipe, a socket or a device: it has no bytes of its own.</summary>
    /// <param name="shown">Where it is.</param>
    /// <param name="kind">What it is, with its article.</param>
    /// <param name="isGiven">Whether the caller named it; otherwise it was met in a folder.</param>
    public static IOException Special(string shown, string kind, bool isGiven) =>
        new($"{Show(shown)}: is {kind}, no regular file or folder{(isGiven ? "" : " (move it out of the folder)")}");

    /// <summary>
    /// The system does not let a path be read: of the same class as <paramref name="cause"/>, save that there is one class for what is not there.
    /// </summary>
    public static Exception Unreadable(string shown, Exception cause) => cause switch
    {
        UnauthorizedAccessException => new UnauthorizedAccessException(
            $"{Show(shown)}: cannot be read: permission denied (whoever runs this needs the right to read it)", cause),
        FileNotFoundException or DirectoryNotFoundException => Missing(shown),
        _ => new IOException($"{Show(shown)}: cannot be read: {ReasonOf(cause)}", cause),
    };

    // The runtime keeps errno in HResult; its own message repeats the full path.
    private static string ReasonOf(Exception cause)
    {
        bool isNumber = !OperatingSystem.IsWindows() && cause.HResult is > 0 and < 4096;
        string reason = (isNumber ? Marshal.GetPInvokeErrorMessage(cause.HResult) : cause.Message).TrimEnd('.');
        return reason.Length > 1 && char.IsLower(reason[1]) ? char.ToLowerInvariant(reason[0]) + reason[1..] : reason;
    }
}
