namespace Pieces.Cli.Terminal;

/// <summary>
/// Lines that wait for the next repaint of the terminal. Their number is limited; further lines are counted and reported. Not thread-safe.
/// </summary>
internal sealed class PendingLines
{
    private readonly List<string> _lines = [];
    private int _leftOut;

    /// <summary>Whether no line is waiting.</summary>
    public bool IsEmpty => _lines.Count == 0;

    /// <summary>Adds a line, or only counts it if too many are waiting.</summary>
    public void Add(string line)
    {
        if (_lines.Count < StandardError.MaxWaiting)
            _lines.Add(line);
        else
            _leftOut++;
    }

    /// <summary>Removes and returns all lines.</summary>
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
