using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>
/// The bar of a torrent: a map of its pieces from first to last, scaled to the width. Each cell shows whether none, less than half, at least half or
/// all of its part is complete. Its characters are one column wide in every terminal, which is not true of block and shade characters.
/// </summary>
internal sealed class PieceBar
{
    private readonly string _levels;

    private PieceBar(string levels) => _levels = levels;

    /// <summary>For terminals that show Unicode.</summary>
    public static PieceBar Dots { get; } = new("⣀⣤⣶⣿");

    /// <summary>For terminals that do not show Unicode.</summary>
    public static PieceBar Ascii { get; } = new(".-=#");

    /// <summary>Draws the piece map of a torrent. Without a map, or during the check, it draws a plain progress bar.</summary>
    /// <param name="row">The torrent.</param>
    /// <param name="width">Width in columns.</param>
    public IEnumerable<StyledText> Draw(TransferRow row, int width)
    {
        Tone tone = row.Activity switch
        {
            TransferActivity.Checking or TransferActivity.FetchingMetadata => Tone.Looked,
            TransferActivity.Stalled or TransferActivity.FindingPeers => Tone.Warning,
            TransferActivity.Seeding => Tone.Shared,
            _ => Tone.Good,
        };
        char[] cells = new char[Math.Max(width, 0)];
        for (int i = 0; i < cells.Length; i++)
            cells[i] = _levels[LevelOf(ShareOf(row.Now, (double)i / width, (double)(i + 1) / width))];
        return Runs(new string(cells), tone);
    }

    private static double ShareOf(TorrentSnapshot now, double from, double to)
    {
        if (now.Phase != TorrentPhase.Checking && now.Map is { } map)
            return map.ShareOf(from, Math.Min(to, 1));
        (long part, long whole) = TransferRow.Progress(now);
        double done = whole <= 0 ? 0 : (double)part / whole;
        return done >= to ? 1 : Math.Clamp((done - from) / (to - from), 0, 0.99);
    }

    // Adjacent cells of the same tone form one part, because fewer changes of colour need fewer bytes.
    private IEnumerable<StyledText> Runs(string cells, Tone tone)
    {
        for (int at = 0; at < cells.Length;)
        {
            bool isEmpty = cells[at] == _levels[0];
            int end = at;
            while (end < cells.Length && cells[end] == _levels[0] == isEmpty)
                end++;
            yield return new StyledText(cells[at..end], isEmpty ? Tone.Faint : tone);
            at = end;
        }
    }

    private static int LevelOf(double share) => share switch
    {
        <= 0 => 0,
        < 0.5 => 1,
        < 1 => 2,
        _ => 3,
    };
}
