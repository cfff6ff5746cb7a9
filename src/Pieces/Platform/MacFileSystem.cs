using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>The file system of macOS.</summary>
[SupportedOSPlatform("macos")]
internal sealed class MacFileSystem : UnixFileSystem
{
    private const int FullFlush = 51;
    private const int NotTerminal = 25;

    /// <inheritdoc/>
    public override bool TryFindData(SafeFileHandle file, long offset, out long start, out long end) =>
        TryFindData(file, offset, (Data: 4, Hole: 3), out start, out end);

    /// <inheritdoc/>
    /// <remarks>
    /// On macOS <c>fsync</c> leaves the data in the cache of the drive. <c>F_FULLFSYNC</c> waits for the drive, if the file system supports it.
    /// </remarks>
    protected override int FlushCall(SafeFileHandle file)
    {
        int result = LibC.DescriptorControl((int)file.DangerousGetHandle(), FullFlush);
        GC.KeepAlive(file);
        bool cannot = result < 0 && Marshal.GetLastPInvokeError() is var error && (error == NotTerminal || IsUnsupported(error));
        return cannot ? LibC.FSync(file) : result;
    }
}
