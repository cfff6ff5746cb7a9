using Pieces.Cli.Failures;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Ends the process immediately, without the exit handlers of the runtime, which may hang. Before that, it restores the terminal and flushes stdout
/// and stderr. A separate thread does this, and is not waited for longer than <see cref="Limit"/>.
/// </summary>
internal sealed class LastWords
{
    /// <summary>Maximum time to restore the terminal and to write pending output before the process ends.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(300);

    private readonly Action _restoreTerminal;
    private readonly Messages _messages;
    private readonly StandardError _errors;
    private readonly StandardOutput _output;

    /// <param name="restoreTerminal">Restores the terminal.</param>
    /// <param name="messages">Receives the message about the part that hung.</param>
    /// <param name="errors">The output of messages.</param>
    /// <param name="output">The output of the command.</param>
    public LastWords(Action restoreTerminal, Messages messages, StandardError errors, StandardOutput output)
    {
        _restoreTerminal = restoreTerminal;
        _messages = messages;
        _errors = errors;
        _output = output;
    }

    /// <summary>Ends the process.</summary>
    /// <param name="code">Its exit code.</param>
    /// <param name="part">The part of the shutdown that hung; null if the user did not want to wait for it.</param>
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
            _messages.Line($"debug: shutdown took too long waiting for {part}; the process ends without it");
        _output.TryFlush();
        _errors.Flush();
    }
}
