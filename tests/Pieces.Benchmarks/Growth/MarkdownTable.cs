using System.Globalization;
using System.Text;

namespace Pieces.Benchmarks.Growth;

/// <summary>Rows of text, printed as a markdown table.</summary>
internal sealed class MarkdownTable
{
    private readonly string _title;
    private readonly List<string[]> _rows = [];

    public MarkdownTable(string title, params string[] head)
    {
        _title = title;
        _rows.Add(head);
    }

    /// <summary>Adds a row; numbers are to be formatted already.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table to the console.</summary>
    public void Print()
    {
        int[] widths = [.. Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"\n### {_title}\n\n");
        for (int i = 0; i < _rows.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", _rows[i].Select((cell, column) => cell.PadLeft(widths[column]))).Append(" |\n");
            if (i == 0)
                text.Append('|').AppendJoin('|', widths.Select(width => new string('-', width + 1) + ":")).Append("|\n");
        }

        Console.WriteLine(text);
    }
}
