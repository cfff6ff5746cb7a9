using Pieces.Cli.Failures;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Ends the process where it is, without the exit handlers of the runtime, any of which may hang. What can be done at once is done before: the terminal is given
/// back, and what waits for stdout and stderr goes out. A thread of its own does that, and is not waited for longer than <see cref="Limit"/>.
/// </summary>
internal sealed class LastWords
{
    /// <summary>Longest time that they may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(300);

    private readonly Action _restoreTerminal;
    private readonly Messages _messages;
    private readonly StandardError _errors;
    private readonly StandardOutput _output;

    /// <param name="restoreTerminal">Gives the terminal back.</param>
    /// <param name="messages">Takes the line about what hung.</param>
    /// <param name="errors">Where messages go.</param>
    /// <param name="output">The product.</param>
    public LastWords(Action restoreTerminal, Messages messages, StandardError errors, StandardOutput output)
    {
        _restoreTerminal = restoreTerminal;
        _messages = messages;
        _errors = errors;
        _output = output;
    }

    /// <summary>Ends the process.</summary>
    /// <param name="code">Its exit code.</param>
    /// <param name="part">Which part of the end hung, or null when the user did not want to wait for it.</param>
    public void End(ExitCode code, string? part)
    {
        try
        {
            var words = new Thread(() => Say(part)) { IsBackground = true, Name = "last words" };
            words.Start();
            words.Join(Limit);
        }
        finally
        {
            CurrentPlatform.Signals.ExitNow((int)code);
        }
    }

    private void Say(string? part)
    {
        _restoreTerminal();
        if (part is not null && _messages.Verbosity.ShowsStacks)
            _messages.Line($"debug: the end took too long, it waited for {part}; the process ends without it");
        _output.TryFlush();
        _errors.Flush();
    }
}
