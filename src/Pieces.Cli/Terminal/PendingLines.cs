namespace Pieces.Cli.Terminal;

/// <summary>Lines that wait for their turn on the terminal; bounded, and what is beyond is counted and said. Not for several threads.</summary>
internal sealed class PendingLines
{
    private readonly List<string> _lines = [];
    private int _leftOut;

    /// <summary>Whether none waits.</summary>
    public bool IsEmpty => _lines.Count == 0;

    /// <summary>Adds a line, or counts it where too many wait.</summary>
    public void Add(string line)
    {
        if (_lines.Count < StandardError.MaxWaiting)
            _lines.Add(line);
        else
            _leftOut++;
    }

    /// <summary>Takes them all.</summary>
    public IReadOnlyList<string> Take()
    {
        if (_leftOut > 0)
            _lines.Add(StandardError.LeftOut(_leftOut));
        string[] taken = [.. _lines];
        _lines.Clear();
        _leftOut = 0;
        return taken;
    }
}
