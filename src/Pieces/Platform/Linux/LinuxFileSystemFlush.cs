using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>
/// Flushes the whole file system that contains a directory (<c>syncfs</c>). The kernel reports a write-back error once to every descriptor that was
/// open before the error. Therefore one descriptor is kept, and the first call only opens it. Safe for all threads.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxFileSystemFlush : IDisposable
{
    // Earlier kernels wait for the write-back, but do not report its errors.
    private static readonly Version ReportsErrors = new(5, 8);

    private readonly Lock _gate = new();
    private SafeFileHandle? _folder;
    private bool _isDisposed;

    /// <summary>Flushes.</summary>
    /// <param name="open">Opens the directory.</param>
    /// <param name="error">The system's error number; 0 for none.</param>
    /// <returns>False if each file must be flushed by itself instead.</returns>
    public bool TryRun(Func<SafeFileHandle> open, out int error)
    {
        error = 0;
        SafeFileHandle? folder;
        lock (_gate)
        {
            if (_isDisposed || Environment.OSVersion.Version < ReportsErrors)
                return false;
            (folder, _folder) = (_folder, _folder ?? open());
        }

        if (folder is null)
            return false;
        error = UnixFileSystem.ErrorOf(folder, LibC.SyncFs);
        if (!SystemErrors.IsCallRefused(error) && !UnixFileSystem.IsUnsupported(error))
            return true;
        error = 0;
        return false;
    }

    /// <summary>Closes the descriptor.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _folder?.Dispose();
        }
    }
}
