namespace Pieces.Cli.Terminal;

/// <summary>
/// Limits each warning to one message. Peers and trackers may cause the same problem any number of times. Repetitions are counted, and the counts are
/// reported at the end. Thread-safe.
/// </summary>
internal sealed class RepeatedWarnings
{
    /// <summary>
    /// Maximum number of different warnings that are printed between two reports of the counts. Further ones are only counted, because peers and
    /// trackers can cause any number of different warnings.
    /// </summary>
    public const int MaxKinds = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Text, int Repeats)> _told = [];
    private int _dropped;

    /// <summary>Returns true if a warning must be printed now. Otherwise counts one more repetition of the warning.</summary>
    /// <param name="kind">Identifies the kind of the warning and what it concerns. Warnings with the same value count as repetitions.</param>
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

            if (_told.Count == MaxKinds)
            {
                _dropped++;
                return false;
            }

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
                    .Select(warning => $"repeated {Quantity.Count(warning.Repeats, "more time")}: {warning.Text}"),
                .. _dropped > 0 ? [$"not printed because there were too many: {Quantity.Count(_dropped, "further warning")}"] : Array.Empty<string>(),
            ];
            _told.Clear();
            _dropped = 0;
            return lines;
        }
    }
}
