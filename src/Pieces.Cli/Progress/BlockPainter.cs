using System.Globalization;
using Spectre.Console;

namespace Pieces.Cli.Progress;

/// <summary>
/// Turns lines into the one string that brings a terminal from what it shows to what it should show. The cursor rests at the beginning of the
/// block, hidden: wherever a resize wraps or pushes the lines below, the block's beginning is where the terminal keeps its cursor. Only lines
/// that differ are written.
/// </summary>
internal sealed class BlockPainter
{
    // Terminals that know it show the whole repaint at once; others ignore it.
    private const string BeginUpdate = "\e[?2026h";
    private const string EndUpdate = "\e[?2026l";

    // While the block is written, what a terminal believes to be wider than we do is cut at its edge instead of wrapped.
    private const string WrapOff = "\e[?7l";
    private const string WrapOn = "\e[?7h";

    private const int ToEnd = 0;

    private readonly AnsiCapabilities _capabilities;
    private IReadOnlyList<string>? _painted;
    private bool _isCursorHidden;

    /// <param name="colour">Whether lines are coloured.</param>
    public BlockPainter(bool colour) =>
        _capabilities = new AnsiCapabilities { Ansi = true, ColorSystem = colour ? ColorSystem.Standard : ColorSystem.NoColors };

    /// <summary>Whether lines of the block stand on the terminal.</summary>
    public bool IsShown => _painted is { Count: > 0 };

    /// <summary>Paints the block, with messages above it.</summary>
    /// <param name="block">The block's lines.</param>
    /// <param name="messages">Lines that stay, safe to print.</param>
    /// <param name="everything">Whether also lines that did not change are written: the terminal may have lost them.</param>
    /// <returns>What to write; empty when nothing changed.</returns>
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

    /// <summary>Takes the block away, leaves messages in its place, and gives the cursor back.</summary>
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

    /// <summary>Somebody else has written on the terminal meanwhile: the block begins anew where the cursor is.</summary>
    public void Forget() => _painted = null;

    private static void WriteMessages(StringWriter text, IReadOnlyList<string> messages)
    {
        foreach (string message in messages)
        {
            text.Write(message);
            text.Write("\r\n");
        }
    }

    // Gives the row on which the cursor is then, counted from the block's first.
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

    // Down over rows that are there, and with line feeds, which scroll where need be, over those that are not.
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
