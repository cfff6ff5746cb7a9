using System.Runtime.InteropServices;

namespace Pieces.Platform;

/// <summary>The signal of a file that would grow past the limit of <c>ulimit -f</c>. Ignored, the write fails instead and is said in one line.</summary>
internal static class FileSizeSignal
{
    // SIGXFSZ has this number on Linux and macOS, whatever the processor (MIPS apart).
    private const PosixSignal Number = (PosixSignal)25;

    /// <summary>Ignores it until the result is disposed; null where there is no such signal.</summary>
    public static PosixSignalRegistration? Ignore() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? PosixSignalRegistration.Create(Number, static context => context.Cancel = true) : null;
}
