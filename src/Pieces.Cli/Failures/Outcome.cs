using System.Net.Sockets;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Failures;

/// <summary>How one source, or a whole command, ended.</summary>
/// <param name="Code">What the process is to end with.</param>
/// <param name="Message">One line for the user, or null when there is nothing to say.</param>
/// <param name="Cause">What was thrown, if anything: its stack is shown with <c>-vv</c>.</param>
internal sealed record Outcome(ExitCode Code, string? Message = null, Exception? Cause = null)
{
    // errno of a full disk, which the runtime keeps in HResult.
    private const int NoSpaceLeft = 28;

    /// <summary>Whether the line was given when it happened, so that it is not given again at the end.</summary>
    public bool IsSaid { get; init; }

    /// <summary>All is well.</summary>
    public static Outcome Success { get; } = new(ExitCode.Success);

    /// <summary>
    /// The code and the line for an exception. What the library foresees has a line of its own; anything else is a bug of ours and says so.
    /// </summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="subject">What it concerns, for messages that do not name it themselves.</param>
    public static Outcome Of(Exception exception, string? subject = null) => exception switch
    {
        FailureException e => new Outcome(e.Code, e.Message, e.InnerException),
        MetainfoException e => new Outcome(ExitCode.BadTorrent, Join(subject, e.Message), e),
        MagnetException e => new Outcome(ExitCode.BadTorrent, Join(subject, e.Message), e),
        StorageException e => new Outcome(CodeOf(e.Fault), e.Message, e),
        NothingToSeedException e => new Outcome(ExitCode.BadData, Join(subject, $"{e.Message} (--data names the folder that contains it)"), e),
        PiecesException e => new Outcome(ExitCode.Failure, Join(subject, e.Message), e),
        FileNotFoundException or DirectoryNotFoundException => new Outcome(ExitCode.NotFound, Join(subject, Reason(exception)), exception),
        SocketException e => new Outcome(ExitCode.Failure, Join(subject, e.Message), e),
        IOException { HResult: NoSpaceLeft } => new Outcome(ExitCode.DiskFull, Join(subject, Reason(exception)), exception),
        IOException or UnauthorizedAccessException => new Outcome(ExitCode.FileError, Join(subject, Reason(exception)), exception),
        _ => new Outcome(
            ExitCode.Failure,
            Join(subject, $"unexpected {exception.GetType().Name}: {exception.Message} (this is a bug; -vv shows where)"),
            exception),
    };

    /// <summary>One code for several: none failed is success, one reason is that reason, more are <see cref="ExitCode.Several"/>.</summary>
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

    /// <summary>The system's reason in this program's style: lower case, no final full stop.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file or folder",
        UnauthorizedAccessException => "permission denied",
        _ => InOurStyle(exception.Message),
    };

    /// <summary>A message of the system or of a package in this program's style.</summary>
    public static string InOurStyle(string message)
    {
        message = message.Trim().TrimEnd('.');
        bool startsWithWord = message.Length > 1 && char.IsUpper(message[0]) && char.IsLower(message[1]);
        return startsWithWord ? char.ToLowerInvariant(message[0]) + message[1..] : message;
    }

    private static ExitCode CodeOf(StorageFault fault) => fault switch
    {
        StorageFault.DiskFull => ExitCode.DiskFull,
        StorageFault.InTheWay => ExitCode.InTheWay,
        StorageFault.Locked => ExitCode.Locked,
        _ => ExitCode.FileError,
    };

    private static string Join(string? subject, string message) => subject is null ? message : $"{subject}: {message}";
}
