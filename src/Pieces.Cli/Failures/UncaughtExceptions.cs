using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pieces.Platform;

namespace Pieces.Cli.Failures;

/// <summary>
/// Reports an exception that no code caught in one line, and ends the process with an exit code. Without it the runtime would print a stack trace and
/// abort. Such exceptions come from the runtime itself where the system refuses a thread or memory, and from bugs.
/// </summary>
internal sealed class UncaughtExceptions
{
    private int _isReported;

    /// <summary>Handles the uncaught exceptions of all threads from now on.</summary>
    public UncaughtExceptions() => AppDomain.CurrentDomain.UnhandledException += (_, fault) => OnUncaught(fault.ExceptionObject);

    /// <summary>Restores the terminal and tells whether the user wants to see stack traces.</summary>
    public Func<bool> BeforeReport { get; set; } = static () => false;

    /// <summary>Returns the text that reports an exception, without a line break.</summary>
    public static string ReasonOf(object fault) =>
        fault is Exception e ? Outcome.Of(e).Message!.ReplaceLineEndings(" ") : "unexpected exception (this is a bug)";

    /// <summary>Ends the process with one line on stderr.</summary>
    [DoesNotReturn]
    public static void End(string reason) =>
        CurrentPlatform.Signals.ExitNow((int)ExitCode.Failure, Encoding.UTF8.GetBytes($"pieces: {reason}\n"));

    private void OnUncaught(object fault)
    {
        // The first exception ends the process; threads that fail meanwhile have nothing to add.
        if (Interlocked.Exchange(ref _isReported, 1) == 0)
            End(BeforeReport() ? $"{ReasonOf(fault)}\n{fault}" : ReasonOf(fault));
    }
}
