using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Pieces.Platform;

/// <summary>Signals other than the three that ask a program to end, which the runtime supports on every system.</summary>
internal interface IProcessSignals
{
    /// <summary>Whether a shell can stop and continue this process, and a signal reports changes of the terminal's size.</summary>
    [UnsupportedOSPlatformGuard("windows")]
    bool HasJobControl { get; }

    /// <summary>
    /// Ignores SIGXFSZ, sent when a file would exceed the limit of <c>ulimit -f</c>: the write then fails, and the failure is reported.
    /// </summary>
    /// <returns>Dispose it to stop ignoring the signal; null when the system has no such signal.</returns>
    PosixSignalRegistration? IgnoreFileSizeLimit();

    /// <summary>
    /// Ignores SIGTTOU, which stops a background process that writes to a terminal with <c>stty tostop</c>. Otherwise a program that writes a last
    /// line in the background would be stopped and never end.
    /// </summary>
    void AllowWritesFromBackground();

    /// <summary>Raises SIGTSTP (the signal of Ctrl-Z) in this thread; the call returns when the process is continued.</summary>
    /// <returns>Whether the signal was raised.</returns>
    bool Stop();

    /// <summary>Ends the process at once, without running exit handlers of the runtime or of the C library, which could hang.</summary>
    [DoesNotReturn]
    void ExitNow(int code);

    /// <summary>Writes a last text to stderr, with as little memory as possible, and ends the process at once.</summary>
    [DoesNotReturn]
    void ExitNow(int code, ReadOnlySpan<byte> lastText);
}
