using System.Globalization;
using Pieces.Cli.Terminal;
using Pieces.Primitives;

namespace Pieces.Cli.Progress;

/// <summary>
/// Renders the states of transfers as lines that are not wider than the terminal. Up to 3 transfers take three lines each, up to 6 take two lines
/// each, and more are shown as a table with one line each. A line of totals follows if there are several transfers or some are waiting. If the
/// terminal has too few rows, active transfers come first, followed by the number of hidden ones.
/// </summary>
internal sealed class BlockRenderer
{
    private const int FewTransfers = 3;
    private const int SomeTransfers = 6;
    private const int LongPercent = 7;

    // The last column stays empty, because terminals differ in what they do after a character there. One row stays empty for a message.
    private const int Margin = 1;

    private readonly PieceBar _bar;

    public BlockRenderer(PieceBar bar) => _bar = bar;

    /// <summary>Returns the lines, from top to bottom.</summary>
    /// <param name="transfers">The transfers, in the order in which they were started.</param>
    /// <param name="columns">Width of the terminal.</param>
    /// <param name="rows">Height of the terminal.</param>
    /// <param name="waiting">Number of transfers that are waiting to start.</param>
    public IReadOnlyList<StyledLine> Render(IReadOnlyList<TransferRow> transfers, int columns, int rows, int waiting = 0)
    {
        int width = columns - Margin;
        int room = Math.Max(1, rows - Margin);
        List<TransferRow> running = [.. transfers.Where(row => row.Activity != TransferActivity.Over)];
        if (running.Count == 0 || width <= 0)
            return [];
        int total = running.Count > 1 || waiting > 0 ? 1 : 0;
        var lines = new List<StyledLine>();
        if (running.Count <= FewTransfers && 3 * running.Count + total <= room)
            lines.AddRange(running.SelectMany(row => ThreeLines(row, width)));
        else if (running.Count <= SomeTransfers && 2 * running.Count + total <= room)
            lines.AddRange(running.SelectMany(row => TwoLines(row, width)));
        else
            AddTable(lines, running, width, room - total);
        if (total > 0 && lines.Count < room)
            lines.Add(new StyledLine([.. Figures.Total(running, waiting).Fit(width)]));
        return lines;
    }

    private static StyledLine Name(TransferRow row, int width) =>
        new(new StyledText(BidiText.Isolate(TextWidth.Fit(DisplayText.Escape(row.Name), width)), Tone.Strong));

    private static string PercentOf(TransferRow row)
    {
        (long part, long whole) = TransferRow.Progress(row.Now);
        return (whole > 0 ? Quantity.Percent(part, whole) : "-").PadLeft(LongPercent);
    }

    private IEnumerable<StyledLine> ThreeLines(TransferRow row, int width)
    {
        yield return Name(row, width);
        yield return BarLine(row, width);
        yield return new StyledLine([.. Figures.Of(row).Fit(width)]);
    }

    private IEnumerable<StyledLine> TwoLines(TransferRow row, int width)
    {
        const int LeastFigures = 16;
        yield return Name(row, width);
        int bar = Math.Clamp(width / 4, 0, 30);
        int rest = width - bar - LongPercent - 3;
        yield return rest < LeastFigures
            ? BarLine(row, width)
            : new StyledLine([.. _bar.Draw(row, bar), new StyledText($" {PercentOf(row)}  "), .. Figures.Of(row).Fit(rest)]);
    }

    private StyledLine BarLine(TransferRow row, int width)
    {
        int bar = width - LongPercent - 1;
        return bar < 4
            ? new StyledLine(new StyledText(TextWidth.Fit(PercentOf(row).TrimStart(), width)))
            : new StyledLine([.. _bar.Draw(row, bar), new StyledText($" {PercentOf(row)}")]);
    }

    private void AddTable(List<StyledLine> lines, List<TransferRow> running, int width, int room)
    {
        const int RoomForHeading = 6;
        var table = new TransferTable(_bar, width);
        if (room >= RoomForHeading)
            lines.Add(table.Heading());
        room -= lines.Count;
        bool isCut = running.Count > room;
        // The sort is stable: a row keeps its position while the activities stay the same.
        IEnumerable<TransferRow> shown = isCut ? running.OrderBy(row => row.Activity).Take(Math.Max(0, room - 1)) : running;
        lines.AddRange(shown.Select(table.LineOf));
        if (!isCut)
            return;
        string more = string.Create(CultureInfo.InvariantCulture, $"and {running.Count - Math.Max(0, room - 1)} more");
        if (room > 0)
            lines.Add(new StyledLine(new StyledText(TextWidth.Fit(more, width), Tone.Faint)));
    }
}
