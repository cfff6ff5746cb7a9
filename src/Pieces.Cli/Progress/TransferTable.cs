using System.Globalization;
using Pieces.Cli.Terminal;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>
/// A table of transfers with one line each. If there is no room for all columns, the least important ones are omitted. The name is the last column,
/// so that its contents cannot shift any other column.
/// </summary>
internal sealed class TransferTable
{
    private const int LeastName = 8;
    private const int UsualName = 18;
    private const int AmpleName = 50;
    /// <summary>Maximum width of a bar in the table, in columns.</summary>
    private const int LongestBar = 48;
    private const string Gap = "  ";

    private static readonly Column Bar = new(4, 12, "", (_, _) => []);

    private static readonly Column[] All =
    [
        new(0, 7, "done", (row, _) => [new StyledText(DoneOf(row.Now))], IsRight: true),
        Bar,
        new(3, 13, "", (row, _) => [new StyledText(StateOf(row), ActivityText.ToneOf(row.Activity))]),
        new(1, 12, "down", (row, _) => [new StyledText(row.Now.DownloadRate > 0 ? Quantity.Rate(row.Now.DownloadRate) : "-")], IsRight: true),
        new(5, 12, "up", (row, _) => [new StyledText(row.Now.UploadRate > 0 ? Quantity.Rate(row.Now.UploadRate) : "-")], IsRight: true),
        new(6, 5, "peers", (row, _) => [new StyledText(row.Now.ConnectedPeers.ToString(CultureInfo.InvariantCulture))], IsRight: true),
        new(2, 6, "ETA", (row, _) => [new StyledText(EtaOf(row))], IsRight: true),
    ];

    private readonly PieceBar _bar;
    private readonly int _width;
    private readonly List<Column> _columns;
    private readonly int _nameWidth;

    /// <param name="bar">Draws the bars.</param>
    /// <param name="width">Width of each line in columns.</param>
    public TransferTable(PieceBar bar, int width)
    {
        _bar = bar;
        _width = width;
        _columns = [.. All];
        while (_columns.Count > 0 && NameRoom() < (_columns.Count > 2 ? UsualName : LeastName))
            _columns.Remove(_columns.MaxBy(column => column.Rank)!);
        Widen();
        _nameWidth = Math.Max(0, NameRoom());
    }

    /// <summary>Returns the heading of the columns.</summary>
    public StyledLine Heading()
    {
        IEnumerable<string> titles = _columns.Select(
            column => column.IsRight ? column.Title.PadLeft(column.Width) : column.Title.PadRight(column.Width));
        return new StyledLine(new StyledText(TextWidth.Fit(string.Join(Gap, titles.Append("name")), _width), Tone.Faint));
    }

    /// <summary>Returns the line of one transfer.</summary>
    public StyledLine LineOf(TransferRow row)
    {
        var parts = new List<StyledText>();
        foreach (Column column in _columns)
        {
            StyledText[] cell = [.. column.Draw(row, _bar)];
            var space = new StyledText(new string(' ', Math.Max(0, column.Width - cell.Sum(part => part.Text.Length))));
            parts.AddRange(column.IsRight ? [space, .. cell] : [.. cell, space]);
            parts.Add(new StyledText(Gap));
        }

        parts.Add(new StyledText(BidiText.Isolate(TextWidth.Fit(DisplayText.Escape(row.Name), _nameWidth))));
        return new StyledLine([.. parts]);
    }

    private static string DoneOf(TorrentSnapshot now)
    {
        (long part, long whole) = TransferRow.Progress(now);
        bool isOpen = now.Phase is TorrentPhase.Checking or TorrentPhase.FindingPeers or TorrentPhase.FetchingMetadata;
        return isOpen && whole <= 0 ? "-" : Quantity.Percent(part, whole);
    }

    private static string StateOf(TransferRow row) => row.Activity switch
    {
        TransferActivity.Seeding when row.Ratio < 100 =>
            string.Create(CultureInfo.InvariantCulture, $"seeding {Math.Floor(row.Ratio * 100) / 100:0.00}"),

        // "fetching metadata" is too long for the column.
        TransferActivity.FetchingMetadata => "metadata",
        _ => ActivityText.Of(row.Activity),
    };

    private static string EtaOf(TransferRow row) =>
        row is { Activity: TransferActivity.Downloading, Now.Eta: { Days: < 100 } eta } ? Quantity.Duration(eta) : "-";

    // Space that no name needs makes the bar longer.
    private void Widen()
    {
        int at = _columns.IndexOf(Bar);
        if (at < 0)
            return;
        int length = Math.Clamp(Bar.Width + NameRoom() - AmpleName, Bar.Width, LongestBar);
        _columns[at] = Bar with { Width = length, Draw = (row, bar) => bar.Draw(row, length) };
    }

    private int NameRoom() => _width - _columns.Sum(column => column.Width + Gap.Length);

    // Columns with a higher rank are omitted first.
    private sealed record Column(int Rank, int Width, string Title, Func<TransferRow, PieceBar, IEnumerable<StyledText>> Draw, bool IsRight = false);
}
