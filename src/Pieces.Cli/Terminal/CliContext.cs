namespace Pieces.Cli.Terminal;

/// <summary>The services that every command receives.</summary>
/// <param name="Messages">Messages for people, on stderr.</param>
/// <param name="Output">The output of the command, on stdout.</param>
/// <param name="TimeProvider">Source of time and timers.</param>
/// <param name="Signals">When and why to stop.</param>
/// <param name="Errors">The stderr stream, for a display that repaints.</param>
internal sealed record CliContext(
    Messages Messages, StandardOutput Output, TimeProvider TimeProvider, StopSignals Signals, StandardError Errors)
{
    /// <summary>
    /// Whether the command line itself contains a flag, given its name. Otherwise its value comes from the configuration file, from an environment
    /// variable or from the default.
    /// </summary>
    public Func<string, bool> IsGivenHere { get; set; } = static _ => true;
}
