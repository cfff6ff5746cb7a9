namespace Pieces.Cli.Terminal;

/// <summary>
/// Limits each warning to one message. Peers and trackers may cause the same problem any number of times. Repetitions are counted, and the counts are
/// reported at the end. Thread-safe.
/// </summary>
internal sealed class RepeatedWarnings
{
    /// <summary>Maximum number of different warnings that are remembered. Further warnings are always printed.</summary>
    public const int MaxKinds = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Text, int Repeats)> _told = [];

    /// <summary>Whether a warning must be printed now.</summary>
    /// <param name="kind">Its kind and its subject.</param>
    /// <param name="text">The warning.</param>
    public bool IsFirst(string kind, string text)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(kind, out (string Text, int Repeats) known))
            {
                _told[kind] = (known.Text, known.Repeats + 1);
                return false;
            }

            if (_told.Count < MaxKinds)
                _told.Add(kind, (text, 0));
            return true;
        }
    }

    /// <summary>Returns one line for each warning that was repeated, and resets the counts.</summary>
    public IReadOnlyList<string> TakeCounts()
    {
        lock (_lock)
        {
            string[] lines =
            [
                .. _told.Values.Where(warning => warning.Repeats > 0)
                    .Select(warning => $"{Quantity.Count(warning.Repeats, "time")} more: {warning.Text}")
            ];
            _told.Clear();
            return lines;
        }
    }
}
