namespace Pieces.Cli.Terminal;

/// <summary>
/// Tells each warning once. Others decide how often the same thing goes wrong: a peer that asks again, a tracker that stays away. What comes again is counted, and
/// the counts are told at the end. Safe for all threads.
/// </summary>
internal sealed class RepeatedWarnings
{
    /// <summary>Warnings that are told apart; further ones are all told.</summary>
    public const int MaxKinds = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Text, int Repeats)> _told = [];

    /// <summary>Whether a warning is told now.</summary>
    /// <param name="kind">Its kind and what it is about.</param>
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

    /// <summary>One line for each warning that came again, and no more of them later.</summary>
    public IReadOnlyList<string> TakeCounts()
    {
        lock (_lock)
        {
            string[] lines = [.. _told.Values.Where(warning => warning.Repeats > 0).Select(warning => $"{Quantity.Count(warning.Repeats, "time")} more: {warning.Text}")];
            _told.Clear();
            return lines;
        }
    }
}
