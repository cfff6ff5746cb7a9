using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>Creates the folders of a path as <c>mkdir -p</c> does, and makes their names durable.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxFolders
{
    /// <summary>Mode of a new folder, before the user's mask.</summary>
    public const int EveryMode = 0x1FF; // 0777

    /// <summary>
    /// Creates each folder of a path that does not exist. The system resolves the path as typed, including <c>..</c> after a link. The folder above a
    /// new one is flushed; otherwise a power cut could lose the new folder with everything in it.
    /// </summary>
    /// <returns>The error number of the last folder; 0 if it was created.</returns>
    /// <exception cref="IOException">A folder that contains a new one cannot be flushed.</exception>
    public static int Create(string path)
    {
        int error = 0;
        for (int end = 1; end <= path.Length; end++)
        {
            if ((end < path.Length && path[end] != '/') || path[end - 1] == '/')
                continue;
            string folder = path[..end];
            error = LibC.MakeDirectoryAt(LinuxResolution.AtCurrentDirectory, LibC.Terminated(folder), EveryMode) == 0
                ? 0
                : Marshal.GetLastPInvokeError();
            if (error == 0)
                FlushAbove(folder);
        }

        return error;
    }

    private static void FlushAbove(string folder)
    {
        int descriptor = LibC.Open(LibC.Terminated(folder + "/.."), LinuxResolution.Folder);

        // A folder that we may write to but not read cannot be opened for this.
        if (descriptor < 0)
            return;
        using var above = new SafeFileHandle(descriptor, ownsHandle: true);
        if (UnixFileSystem.FlushErrorOf(above, LibC.FSync) is not 0 and var error)
            throw SystemErrors.Failure(folder, error);
    }
}
