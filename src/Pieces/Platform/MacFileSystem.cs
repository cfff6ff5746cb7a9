using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>macOS.</summary>
[SupportedOSPlatform("macos")]
internal sealed class MacFileSystem : UnixFileSystem
{
    /// <inheritdoc/>
    public override bool TryFindData(SafeFileHandle file, long offset, out long start, out long end) =>
        TryFindData(file, offset, (Data: 4, Hole: 3), out start, out end);
}
