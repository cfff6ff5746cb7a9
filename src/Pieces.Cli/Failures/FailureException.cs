namespace Pieces.Cli.Failures;

/// <summary>A command cannot continue. The message is one line for the user, without the leading program name.</summary>
internal sealed class FailureException : Exception
{
    public FailureException(ExitCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The exit code of the process.</summary>
    public ExitCode Code { get; }

    /// <summary>Creates the failure for a flag, argument or value that cannot be used.</summary>
    public static FailureException Usage(string message) => new(ExitCode.Usage, message);
}
