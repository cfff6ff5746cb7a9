using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pieces.Platform;

/// <summary>Windows has none of these signals.</summary>
internal sealed class WindowsSignals : IProcessSignals
{
    // The pseudo handle of GetCurrentProcess.
    private const nint CurrentProcess = -1;

    // STD_ERROR_HANDLE.
    private const int ErrorHandle = -12;

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

    /// <inheritdoc/>
    [DoesNotReturn]
    public void ExitNow(int code, ReadOnlySpan<byte> lastText)
    {
        try
        {
            using var errors = new FileStream(new SafeFileHandle(GetStdHandle(ErrorHandle), ownsHandle: false), FileAccess.Write, bufferSize: 0);
            errors.Write(lastText);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // Stderr is closed. The exit code still tells that the run failed.
        }

        ExitNow(code);
    }

#pragma warning disable SYSLIB1054 // Source-generated imports need a partial class; these signatures need no marshalling at all.
    [DllImport("kernel32", EntryPoint = "TerminateProcess")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int TerminateProcess(nint process, uint code);

    [DllImport("kernel32", EntryPoint = "GetStdHandle")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int which);
#pragma warning restore SYSLIB1054
}
