namespace Pieces.Cli.Failures;

/// <summary>A command cannot go on; the message is the one line for the user, without the leading program name.</summary>
internal sealed class FailureException : Exception
{
    public FailureException(ExitCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>What the process is to end with.</summary>
    public ExitCode Code { get; }

    /// <summary>A flag, argument or value that cannot be used.</summary>
    public static FailureException Usage(string message) => new(ExitCode.Usage, message);
}
