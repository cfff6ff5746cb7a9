using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>Windows has none of these signals.</summary>
internal sealed class WindowsSignals : IProcessSignals
{
    /// <inheritdoc/>
    public bool HasJobControl => false;

    /// <inheritdoc/>
    public PosixSignalRegistration? IgnoreFileSizeLimit() => null;

    /// <inheritdoc/>
    public void AllowWritesFromBackground()
    {
        // Nothing stops a program in the background here.
    }

    /// <inheritdoc/>
    public bool Stop() => false;
}
