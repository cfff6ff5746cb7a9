using System.Globalization;
using Spectre.Console;

namespace Pieces.Cli.Progress;

/// <summary>
/// Produces the output that changes the terminal from its current contents to the new lines. The hidden cursor rests at the beginning of the block:
/// if a resize wraps or moves the lines below, the cursor still marks the beginning. Only lines that differ are written.
/// </summary>
internal sealed class BlockPainter
{
    // Synchronized output: terminals that support it show the whole repaint at once. Other terminals ignore it.
    private const string BeginUpdate = "\e[?2026h";
    private const string EndUpdate = "\e[?2026l";

    // Line wrap is off while the block is written. If the terminal considers a text wider than we do, the line is cut at the edge instead of wrapped.
    private const string WrapOff = "\e[?7l";
    private const string WrapOn = "\e[?7h";

    private const int ToEnd = 0;

    private readonly AnsiCapabilities _capabilities;
    private IReadOnlyList<string>? _painted;
    private bool _isCursorHidden;

    /// <param name="colour">Whether to colour the lines.</param>
    public BlockPainter(bool colour) =>
        _capabilities = new AnsiCapabilities { Ansi = true, ColorSystem = colour ? ColorSystem.Standard : ColorSystem.NoColors };

    /// <summary>Whether the block has lines on the terminal.</summary>
    public bool IsShown => _painted is { Count: > 0 };

    /// <summary>Paints the block, with messages above it.</summary>
    /// <param name="block">The lines of the block.</param>
    /// <param name="messages">Lines that remain on the terminal. They must be safe to print.</param>
    /// <param name="everything">Whether to write unchanged lines too, because the terminal may have lost them.</param>
    /// <returns>The text to write; empty if nothing has changed.</returns>
    public string Paint(IReadOnlyList<StyledLine> block, IReadOnlyList<string> messages, bool everything)
    {
        string[] lines = [.. block.Select(Styled)];
        if (!everything && messages.Count == 0 && _painted is not null && _painted.SequenceEqual(lines))
            return string.Empty;
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var ansi = new AnsiWriter(text, _capabilities);
        text.Write(BeginUpdate);
        if (_painted is null)
            ansi.HideCursor();
        _isCursorHidden = true;
        IReadOnlyList<string> before = _painted ?? [];
        text.Write('\r');
        if (everything || messages.Count > 0 || _painted is null)
        {
            before = [];
            ansi.EraseInDisplay(ToEnd);
            WriteMessages(text, messages);
        }

        text.Write(WrapOff);
        int row = WriteChanged(ansi, before, lines);
        if (row > 0)
            ansi.CursorUp(row);
        text.Write('\r');
        text.Write(WrapOn);
        text.Write(EndUpdate);
        _painted = lines;
        return text.ToString();
    }

    /// <summary>Removes the block, prints messages in its place, and shows the cursor again.</summary>
    public string Leave(IReadOnlyList<string> messages)
    {
        if (!_isCursorHidden && messages.Count == 0)
            return string.Empty;
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var ansi = new AnsiWriter(text, _capabilities);
        if (_painted is not null)
        {
            text.Write('\r');
            ansi.EraseInDisplay(ToEnd);
        }

        WriteMessages(text, messages);
        if (_isCursorHidden)
            ansi.ShowCursor();
        _isCursorHidden = false;
        _painted = null;
        return text.ToString();
    }

    /// <summary>Forgets the block, because other output was written to the terminal. The next block starts at the current cursor position.</summary>
    public void Forget() => _painted = null;

    private static void WriteMessages(StringWriter text, IReadOnlyList<string> messages)
    {
        foreach (string message in messages)
        {
            text.Write(message);
            text.Write("\r\n");
        }
    }

    // Returns the row of the cursor after writing, counted from the first row of the block.
    private static int WriteChanged(AnsiWriter ansi, IReadOnlyList<string> before, string[] lines)
    {
        int row = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            if (i < before.Count && before[i] == lines[i])
                continue;
            row = MoveTo(ansi, row, i, Math.Max(before.Count, i));
            if (i < before.Count)
                ansi.EraseInLine(ToEnd);
            ansi.Write(lines[i]);
        }

        if (lines.Length >= before.Count)
            return row;
        row = MoveTo(ansi, row, lines.Length, before.Count);
        ansi.EraseInDisplay(ToEnd);
        return row;
    }

    // Moves down over existing rows, and writes line feeds for rows that do not exist yet, which scrolls the terminal if necessary.
    private static int MoveTo(AnsiWriter ansi, int row, int target, int existing)
    {
        int down = Math.Min(target, Math.Max(existing - 1, 0)) - row;
        if (down > 0)
            ansi.CursorDown(down);
        ansi.Write("\r");
        for (int i = row + Math.Max(down, 0); i < target; i++)
            ansi.Write("\n");
        return target;
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Faint => new Style(Color.Grey),
        Tone.Good => new Style(Color.Green),
        Tone.Shared => new Style(Color.Blue),
        Tone.Looked => new Style(Color.Aqua),
        Tone.Warning => new Style(Color.Yellow),
        _ => Style.Plain,
    };

    private string Styled(StyledLine line)
    {
        if (_capabilities.ColorSystem == ColorSystem.NoColors)
            return line.ToString();
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var ansi = new AnsiWriter(text, _capabilities);
        foreach (StyledText part in line.Parts)
        {
            if (part.Tone == Tone.Plain)
                text.Write(part.Text);
            else
                ansi.Write(part.Text, StyleOf(part.Tone));
        }

        return text.ToString();
    }
}
