using System.Globalization;
using System.Text;
using Pieces.Cli.Terminal;

namespace Pieces.Tests.Cli.Display;

/// <summary>A terminal as far as the display needs one: what stands on it after some bytes, its cursor, and how often its edge was hit.</summary>
internal sealed class ScreenModel
{
    private readonly List<string> _history = [];
    private string[,] _cells;
    private int _row;
    private int _column;

    public ScreenModel(int columns, int rows)
    {
        Columns = columns;
        Rows = rows;
        _cells = Empty(columns, rows);
    }

    public int Columns { get; private set; }

    public int Rows { get; private set; }

    public bool IsCursorVisible { get; private set; } = true;

    public bool Wraps { get; private set; } = true;

    /// <summary>Lines that reached the edge of the screen while wrapping was off.</summary>
    public int Cut { get; private set; }

    public (int Row, int Column) Cursor => (_row, _column);

    /// <summary>What scrolled away, then what is on the screen, without the empty rows at its end.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            List<string> lines = [.. _history, .. Enumerable.Range(0, Rows).Select(RowText)];
            while (lines.Count > 0 && lines[^1].Length == 0)
                lines.RemoveAt(lines.Count - 1);
            return lines;
        }
    }

    public void Write(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            if (text[at] == '\e')
                at = Sequence(text, at + 1);
            else if (text[at] is '\r' or '\n')
                Control(text[at++]);
            else
                at += Print(text, at);
        }
    }

    /// <summary>Resizes the terminal. It does not wrap existing lines again and does not move its cursor.</summary>
    public void Resize(int columns, int rows)
    {
        // As terminals do: rows below the cursor go first, then the uppermost ones.
        int lost = Math.Max(0, _row - rows + 1);
        string[,] cells = Empty(columns, rows);
        for (int row = 0; row < Math.Min(rows, Rows - lost); row++)
        {
            for (int column = 0; column < Math.Min(columns, Columns); column++)
                cells[row, column] = _cells[row + lost, column];
        }

        _history.AddRange(Enumerable.Range(0, lost).Select(RowText));
        (_cells, Columns, Rows, _row, _column) = (cells, columns, rows, _row - lost, Math.Min(_column, columns - 1));
    }

    private static string[,] Empty(int columns, int rows)
    {
        string[,] cells = new string[rows, columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                cells[row, column] = " ";
        }

        return cells;
    }

    private string RowText(int row) =>
        string.Concat(Enumerable.Range(0, Columns).Select(column => _cells[row, column])).TrimEnd(' ');

    private void Control(char control)
    {
        if (control == '\r')
            _column = 0;
        else if (_row < Rows - 1)
            _row++;
        else
            Scroll();
    }

    private void Scroll()
    {
        _history.Add(RowText(0));
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
                _cells[row, column] = row < Rows - 1 ? _cells[row + 1, column] : " ";
        }
    }

    private int Print(string text, int at)
    {
        int length = StringInfo.GetNextTextElementLength(text, at);
        string cluster = text.Substring(at, length);
        int width = TextWidth.Of(cluster);
        if (width == 0)
        {
            // A mark of isolation takes no cell of its own.
            return length;
        }

        if (_column + width > Columns)
        {
            if (Wraps)
            {
                Control('\r');
                Control('\n');
            }
            else
            {
                Cut++;
                _column = Columns - width;
            }
        }

        _cells[_row, _column] = cluster;
        for (int i = 1; i < width; i++)
            _cells[_row, _column + i] = string.Empty;
        _column += width;
        return length;
    }

    private int Sequence(string text, int at)
    {
        text[at].Should().Be('[');
        int end = at + 1;
        while (text[end] is '?' or ';' or (>= '0' and <= '9'))
            end++;
        string arguments = text[(at + 1)..end];
        bool isNumber = arguments.Length > 0 && char.IsAsciiDigit(arguments[0]);
        Act(text[end], arguments, isNumber ? int.Parse(arguments.Split(';')[0], CultureInfo.InvariantCulture) : 0);
        return end + 1;
    }

    private void Act(char final, string arguments, int number)
    {
        switch (final)
        {
            case 'A':
                _row = Math.Max(0, _row - Math.Max(number, 1));
                break;
            case 'B':
                _row = Math.Min(Rows - 1, _row + Math.Max(number, 1));
                break;
            case 'J' or 'K' when number == 0:
                Erase(final == 'J');
                break;
            case 'h' or 'l':
                IsCursorVisible = arguments == "?25" ? final == 'h' : IsCursorVisible;
                Wraps = arguments == "?7" ? final == 'h' : Wraps;
                break;
            case 'm':
                break;
            default:
                throw new InvalidOperationException($"the display must not write CSI {arguments}{final}");
        }
    }

    private void Erase(bool below)
    {
        for (int row = _row; row < (below ? Rows : _row + 1); row++)
        {
            for (int column = row == _row ? _column : 0; column < Columns; column++)
                _cells[row, column] = " ";
        }
    }
}
