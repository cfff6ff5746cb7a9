using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>Windows has none of these signals.</summary>
internal sealed class WindowsSignals : IProcessSignals
{
    // The pseudo handle of GetCurrentProcess.
    private const nint CurrentProcess = -1;

    /// <inheritdoc/>
    public bool HasJobControl => false;

    /// <inheritdoc/>
    public PosixSignalRegistration? IgnoreFileSizeLimit() => null;

    /// <inheritdoc/>
    public void AllowWritesFromBackground()
    {
        // Windows does not stop background programs.
    }

    /// <inheritdoc/>
    public bool Stop() => false;

    /// <inheritdoc/>
    [DoesNotReturn]
    public void ExitNow(int code)
    {
        if (TerminateProcess(CurrentProcess, (uint)code) == 0)
            Environment.FailFast("the process cannot be ended");
        throw new UnreachableException();
    }

#pragma warning disable SYSLIB1054 // A source-generated import needs a partial class; this signature needs no marshalling at all.
    [DllImport("kernel32", EntryPoint = "TerminateProcess")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int TerminateProcess(nint process, uint code);
#pragma warning restore SYSLIB1054
}
