using System.Text;

namespace Pieces.Cli.Help;

/// <summary>Breaks text into lines for a terminal.</summary>
internal static class TextLayout
{
    /// <summary>Longest line of a help text, in characters.</summary>
    public const int Width = 100;

    private const int Indent = 2;
    private const int WidestTerm = 30;

    /// <summary>Lines of at most a width, broken at blanks; a word that is longer stays whole.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : string.Empty).Append(word);
        }

        if (line.Length > 0)
            yield return line.ToString();
    }

    /// <summary>Where meanings begin, so that all terms but very long ones have room on their left.</summary>
    public static int ColumnOf(IEnumerable<HelpRow> rows) =>
        Indent + 2 + rows.Select(row => row.Term.Length).Where(length => length <= WidestTerm).DefaultIfEmpty(WidestTerm).Max();

    /// <summary>Terms on the left and their meanings on the right; a long term has a line of its own.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<HelpRow> rows, int column)
    {
        foreach (HelpRow row in rows)
        {
            string start = new string(' ', Indent) + row.Term;
            if (start.Length + 2 > column)
            {
                yield return start;
                start = string.Empty;
            }

            foreach (string line in Wrap(row.Meaning, Width - column))
            {
                yield return start.PadRight(column) + line;
                start = string.Empty;
            }
        }
    }
}
