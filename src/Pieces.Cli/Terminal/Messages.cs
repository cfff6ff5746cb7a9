using Pieces.Cli.Failures;
using Pieces.Primitives;

namespace Pieces.Cli.Terminal;

/// <summary>All that is said to people. One line a call, whole lines from any thread, escaped, and filtered by <see cref="Verbosity"/>.</summary>
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

    /// <summary>How much is said.</summary>
    public Verbosity Verbosity { get; set; }

    /// <summary>Sends lines through a display that repaints, or, with null, straight to stderr again.</summary>
    public void Through(ILineWriter? display)
    {
        lock (_lock)
            _writer = display ?? _plain;
    }

    /// <summary>The line of a failure, and its stack when that was asked for.</summary>
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

    /// <summary>Something is worse than it should be. What was told already is only counted.</summary>
    public void Warning(string text) => Warning(text, text);

    /// <summary>As <see cref="Warning(string)"/>, for a warning whose text may differ each time.</summary>
    /// <param name="text">The warning.</param>
    /// <param name="kind">Its kind and what it is about.</param>
    public void Warning(string text, string kind)
    {
        if (Verbosity.ShowsWarnings && _repeated.IsFirst(kind, text))
            Line($"pieces: warning: {text}");
    }

    /// <summary>Tells how often warnings came again; at the end of a run.</summary>
    public void TellRepeated()
    {
        foreach (string line in _repeated.TakeCounts())
            Line($"pieces: warning: {line}");
    }

    /// <summary>A line of progress, or a result that people wait for.</summary>
    public void Progress(string text)
    {
        if (Verbosity.ShowsWarnings)
            Line(text);
    }

    /// <summary>What <c>-v</c> adds.</summary>
    public void Information(string text)
    {
        if (Verbosity.ShowsInformation)
            Line(text);
    }

    /// <summary>A line whatever the verbosity.</summary>
    public void Line(string text)
    {
        // The writer only writes: it never calls back, so it may run under the lock that keeps lines whole.
        lock (_lock)
            _writer.WriteLine(DisplayText.Escape(text));
    }
}
