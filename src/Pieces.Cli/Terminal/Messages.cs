using Pieces.Cli.Failures;
using Pieces.Primitives;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Prints all messages for people, one line per call, escaped and filtered by <see cref="Verbosity"/>. Lines are never mixed. Thread-safe.
/// </summary>
internal sealed class Messages
{
    private readonly Lock _lock = new();
    private readonly RepeatedWarnings _repeated = new();
    private readonly ILineWriter _plain;
    private ILineWriter _writer;

    public Messages(ILineWriter writer)
    {
        _plain = writer;
        _writer = writer;
    }

    /// <summary>How many messages are printed.</summary>
    public Verbosity Verbosity { get; set; }

    /// <summary>Sends lines through a display that repaints; null sends them directly to stderr again.</summary>
    public void Through(ILineWriter? display)
    {
        lock (_lock)
            _writer = display ?? _plain;
    }

    /// <summary>Prints the message of a failure, and its stack trace if requested.</summary>
    public void Failure(Outcome outcome)
    {
        if (!Verbosity.ShowsErrors || string.IsNullOrEmpty(outcome.Message))
            return;
        Line($"pieces: {outcome.Message}");
        if (!Verbosity.ShowsStacks || outcome.Cause is null)
            return;
        foreach (string line in outcome.Cause.ToString().Split('\n'))
            Line(line.TrimEnd('\r'));
    }

    /// <summary>Prints a warning. Repeated warnings are only counted.</summary>
    public void Warning(string text) => Warning(text, text);

    /// <summary>Like <see cref="Warning(string)"/>, for a warning whose text may be different each time.</summary>
    /// <param name="text">The warning.</param>
    /// <param name="kind">Identifies the kind of the warning and what it concerns. Warnings with the same value count as repetitions.</param>
    public void Warning(string text, string kind)
    {
        if (Verbosity.ShowsWarnings && _repeated.IsFirst(kind, text))
            Line($"pieces: warning: {text}");
    }

    /// <summary>Prints how often warnings were repeated, at the end of a run.</summary>
    public void TellRepeated()
    {
        foreach (string line in _repeated.TakeCounts())
            Line($"pieces: warning: {line}");
    }

    /// <summary>Prints a line of progress or a result.</summary>
    public void Progress(string text)
    {
        if (Verbosity.ShowsWarnings)
            Line(text);
    }

    /// <summary>Prints information that <c>-v</c> adds.</summary>
    public void Information(string text)
    {
        if (Verbosity.ShowsInformation)
            Line(text);
    }

    /// <summary>Prints a line regardless of the verbosity.</summary>
    public void Line(string text)
    {
        // The writer only writes and never calls back, so it can run under the lock that keeps lines whole.
        lock (_lock)
            _writer.WriteLine(DisplayText.Escape(text));
    }
}
