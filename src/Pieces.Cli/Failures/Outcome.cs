using System.Net.Sockets;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Failures;

/// <summary>How one source, or a whole command, ended.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Message">One line for the user; null if there is nothing to report.</param>
/// <param name="Cause">The exception, if any. Its stack trace is shown with <c>-vv</c>.</param>
internal sealed record Outcome(ExitCode Code, string? Message = null, Exception? Cause = null)
{
    // errno of a full disk (ENOSPC), which .NET stores in HResult.
    private const int NoSpaceLeft = 28;

    /// <summary>Whether the message was printed when the failure happened, so that it is not printed again at the end.</summary>
    public bool IsSaid { get; init; }

    /// <summary>Success, without a message.</summary>
    public static Outcome Success { get; } = new(ExitCode.Success);

    /// <summary>Returns the exit code and the message for an exception. Unexpected exceptions are reported as bugs.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="subject">What the exception concerns, for messages that do not name it themselves.</param>
    public static Outcome Of(Exception exception, string? subject = null) => exception switch
    {
        FailureException e => new Outcome(e.Code, e.Message, e.InnerException),
        MetainfoException e => new Outcome(ExitCode.BadTorrent, Join(subject, e.Message), e),
        MagnetException e => new Outcome(ExitCode.BadTorrent, Join(subject, e.Message), e),
        StorageException e => new Outcome(CodeOf(e.Error), e.Message, e),
        NothingToSeedException e => new Outcome(ExitCode.BadData, Join(subject, $"{e.Message} (--data sets the folder that contains it)"), e),
        PiecesException e => new Outcome(ExitCode.Failure, Join(subject, e.Message), e),
        FileNotFoundException or DirectoryNotFoundException => new Outcome(ExitCode.NotFound, Join(subject, Reason(exception)), exception),
        SocketException e => new Outcome(ExitCode.Failure, Join(subject, e.Message), e),
        IOException { HResult: NoSpaceLeft } => new Outcome(ExitCode.DiskFull, Join(subject, Reason(exception)), exception),
        IOException or UnauthorizedAccessException => new Outcome(ExitCode.FileError, Join(subject, Reason(exception)), exception),
        TypeInitializationException { InnerException: { } inner } => Of(inner, subject),
        OutOfMemoryException => new Outcome(ExitCode.Failure, ProcessLimits.Shortage, exception),
        _ => new Outcome(
            ExitCode.Failure,
            Join(subject, $"unexpected {exception.GetType().Name}: {exception.Message} (this is a bug; -vv shows where)"),
            exception),
    };

    /// <summary>
    /// Combines exit codes: success if none failed, the common code if all failures have the same code, otherwise <see cref="ExitCode.Several"/>.
    /// </summary>
    public static ExitCode Combine(IEnumerable<ExitCode> codes)
    {
        ExitCode combined = ExitCode.Success;
        foreach (ExitCode code in codes)
        {
            if (code == ExitCode.Success || code == combined)
                continue;
            if (combined != ExitCode.Success)
                return ExitCode.Several;
            combined = code;
        }

        return combined;
    }

    /// <summary>Returns the system's error text in this program's style: lower case and without a final full stop.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file or folder",
        UnauthorizedAccessException => "permission denied",
        _ => InOurStyle(exception.Message),
    };

    /// <summary>Converts a message of the system or of a package to this program's style.</summary>
    public static string InOurStyle(string message)
    {
        message = message.Trim().TrimEnd('.');
        bool startsWithWord = message.Length > 1 && char.IsUpper(message[0]) && char.IsLower(message[1]);
        return startsWithWord ? char.ToLowerInvariant(message[0]) + message[1..] : message;
    }

    private static ExitCode CodeOf(StorageError fault) => fault switch
    {
        StorageError.DiskFull => ExitCode.DiskFull,
        StorageError.PathOccupied => ExitCode.PathOccupied,
        StorageError.Locked => ExitCode.Locked,
        _ => ExitCode.FileError,
    };

    private static string Join(string? subject, string message) => subject is null ? message : $"{subject}: {message}";
}
