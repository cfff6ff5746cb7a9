namespace Pieces.Cli.Terminal;

/// <summary>What every command is given.</summary>
/// <param name="Messages">For people, on stderr.</param>
/// <param name="Output">The product, on stdout.</param>
/// <param name="TimeProvider">Source of time and timers.</param>
/// <param name="Signals">Says when and why to stop.</param>
/// <param name="Errors">Stderr itself, for a display that repaints.</param>
internal sealed record CliContext(
    Messages Messages, StandardOutput Output, TimeProvider TimeProvider, StopSignals Signals, StandardError Errors)
{
    /// <summary>Whether the command line itself gives a flag, by its name; otherwise its value comes from a file or a variable, or is the default.</summary>
    public Func<string, bool> IsGivenHere { get; set; } = static _ => true;
}
