using System.Text;

namespace Pieces.Cli.Help;

/// <summary>Breaks text into lines for the terminal.</summary>
internal static class TextLayout
{
    /// <summary>Maximum length of a line of help text, in characters.</summary>
    public const int Width = 100;

    private const int Indent = 2;
    private const int WidestTerm = 30;

    /// <summary>Wraps text at blanks into lines of at most <paramref name="width"/> characters. A longer word is not broken.</summary>
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

    /// <summary>Returns the column at which meanings begin. It leaves room for all terms except very long ones.</summary>
    public static int ColumnOf(IEnumerable<HelpRow> rows) =>
        Indent + 2 + rows.Select(row => row.Term.Length).Where(length => length <= WidestTerm).DefaultIfEmpty(WidestTerm).Max();

    /// <summary>Formats a table with terms on the left and meanings on the right. A long term gets a line of its own.</summary>
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
