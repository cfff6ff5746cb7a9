using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Pieces.Platform;

/// <summary>Signals beyond the three that ask a program to end, which the runtime offers on every system.</summary>
internal interface IProcessSignals
{
    /// <summary>Whether a shell can stop and continue this process, and a signal tells when the terminal's size changes.</summary>
    [UnsupportedOSPlatformGuard("windows")]
    bool HasJobControl { get; }

    /// <summary>Ignores the signal of a file that would grow past the limit of <c>ulimit -f</c>: then the write fails, and the failure is reported.</summary>
    /// <returns>Ends the ignoring when it is disposed; null where there is no such signal.</returns>
    PosixSignalRegistration? IgnoreFileSizeLimit();

    /// <summary>
    /// Lets a last line from the background go out where the terminal is set to stop whatever writes from there (<c>stty tostop</c>): a program that must end
    /// would never do so.
    /// </summary>
    void AllowWritesFromBackground();

    /// <summary>Raises the signal of Ctrl-Z in this thread; the process goes on behind this call when it is continued.</summary>
    /// <returns>Whether it could be raised.</returns>
    bool Stop();

    /// <summary>Ends the process at once: no exit handler of the runtime or of the C library runs, so none of them can hang.</summary>
    [DoesNotReturn]
    void ExitNow(int code);
}
