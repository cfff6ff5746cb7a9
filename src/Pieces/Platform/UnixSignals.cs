using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Pieces.Platform;

/// <summary>Signals of Unix-like systems.</summary>
[UnsupportedOSPlatform("windows")]
internal class UnixSignals : IProcessSignals
{
    // SIGTTOU has this number on both Linux and macOS.
    private const int StopsBackgroundWriters = 22;
    private const nint Ignore = 1;

    /// <inheritdoc/>
    public bool HasJobControl => true;

    /// <summary>The number of SIGTSTP.</summary>
    protected virtual int StopNumber => 20;

    /// <inheritdoc/>
    public virtual PosixSignalRegistration? IgnoreFileSizeLimit() => null;

    /// <inheritdoc/>
    public void AllowWritesFromBackground() => LibC.SetHandler(StopsBackgroundWriters, Ignore);

    /// <inheritdoc/>
    public bool Stop() => LibC.Raise(StopNumber) == 0;

    /// <inheritdoc/>
    [DoesNotReturn]
    public void ExitNow(int code)
    {
        LibC.ExitNow(code);
        throw new UnreachableException();
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void ExitNow(int code, ReadOnlySpan<byte> lastText)
    {
        // If the text cannot be written, the exit code still tells that the run failed.
        _ = LibC.Write((int)StandardDescriptor.Error, ref MemoryMarshal.GetReference(lastText), (nuint)lastText.Length);
        ExitNow(code);
    }

    /// <summary>Ignores SIGXFSZ, which has this number on Linux and macOS on every processor except MIPS.</summary>
    protected static PosixSignalRegistration IgnoreSignalOfFileSize() =>
        PosixSignalRegistration.Create((PosixSignal)25, static context => context.Cancel = true);
}

/// <summary>Signals of Linux.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxSignals : UnixSignals
{
    /// <inheritdoc/>
    public override PosixSignalRegistration? IgnoreFileSizeLimit() => IgnoreSignalOfFileSize();
}

/// <summary>Signals of macOS.</summary>
[SupportedOSPlatform("macos")]
internal sealed class MacSignals : UnixSignals
{
    /// <inheritdoc/>
    protected override int StopNumber => 18;

    /// <inheritdoc/>
    public override PosixSignalRegistration? IgnoreFileSizeLimit() => IgnoreSignalOfFileSize();
}
