using System.Globalization;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>The figures of a line. If the line is narrow, the less important ones are omitted.</summary>
internal sealed class Figures
{
    private const string Gap = "  ";
    private const double FarAway = 1e9;

    private readonly List<Figure> _figures = [];

    /// <summary>Returns the figures of one transfer.</summary>
    public static Figures Of(TransferRow row)
    {
        TorrentSnapshot now = row.Now;
        (long part, long whole) = TransferRow.Progress(now);
        var figures = new Figures();
        figures.Add(2, ActivityText.Of(row.Activity), ActivityText.ToneOf(row.Activity));
        switch (row.Activity)
        {
            case TransferActivity.Checking:
                figures.Add(3, whole > 0 ? $"{Part(part, whole)} checked" : string.Empty);
                break;
            case TransferActivity.Seeding:
                figures.Add(3, Ratio(row.Ratio));
                figures.Add(1, $"up {Quantity.Rate(now.UploadRate)}");
                figures.Add(5, $"{Quantity.Size(now.Uploaded)} sent");
                figures.Add(4, Quantity.Count(now.ConnectedPeers, "peer"));
                break;
            case TransferActivity.FetchingMetadata:
                figures.Add(3, whole > 0 ? Part(part, whole) : string.Empty);
                figures.Add(4, Quantity.Count(now.ConnectedPeers, "peer"));
                break;
            case TransferActivity.FindingPeers:
                figures.Add(3, whole > 0 || now.Phase != TorrentPhase.FindingPeers ? Part(part, whole) : string.Empty);
                figures.Add(4, now.KnownPeers > 0 ? $"{now.KnownPeers.ToString(CultureInfo.InvariantCulture)} known" : string.Empty);
                figures.Add(5, now.DhtNodes is { } nodes ? Quantity.Count(nodes, "DHT node") : string.Empty);
                break;
            default:
                figures.Add(6, whole > 0 ? Part(part, whole) : string.Empty);
                figures.Add(0, $"down {Quantity.Rate(now.DownloadRate)}");
                figures.Add(4, $"up {Quantity.Rate(now.UploadRate)}");
                figures.Add(3, Quantity.Count(now.ConnectedPeers, "peer"));
                figures.Add(5, now.ConnectedSeeds > 0 ? Quantity.Count(now.ConnectedSeeds, "seed") : string.Empty);
                figures.Add(1, now.Eta is { } eta && row.Activity == TransferActivity.Downloading ? $"ETA {Quantity.Duration(eta)}" : string.Empty);
                break;
        }

        return figures;
    }

    /// <summary>Returns the totals of all transfers, with the number of transfers that are waiting to start.</summary>
    public static Figures Total(IReadOnlyList<TransferRow> rows, int waiting)
    {
        long wanted = rows.Sum(row => row.Now.BytesWanted), verified = rows.Sum(row => row.Now.BytesVerified);
        double down = rows.Sum(row => row.Now.DownloadRate);
        var figures = new Figures();
        string more = waiting > 0 ? string.Create(CultureInfo.InvariantCulture, $", {waiting} waiting") : string.Empty;
        figures.Add(1, Quantity.Count(rows.Count, "torrent") + more, Tone.Strong);
        figures.Add(3, wanted > 0 ? $"{Quantity.Percent(verified, wanted)} of {Quantity.Size(wanted)}" : string.Empty);
        figures.Add(0, $"down {Quantity.Rate(down)}");
        figures.Add(4, $"up {Quantity.Rate(rows.Sum(row => row.Now.UploadRate))}");
        figures.Add(5, Quantity.Count(rows.Sum(row => row.Now.ConnectedPeers), "peer"));
        if (verified < wanted && down > 0)
            figures.Add(2, $"ETA {Quantity.Duration(TimeSpan.FromSeconds(Math.Min((wanted - verified) / down, FarAway)))}");
        return figures;
    }

    /// <summary>Formats the share ratio, for example <c>ratio 1.25</c>.</summary>
    public static string Ratio(double ratio) => string.Create(CultureInfo.InvariantCulture, $"ratio {Math.Floor(ratio * 100) / 100:0.00}");

    /// <summary>
    /// Returns the figures that fit into the width, in the order in which they were added. The most important figure is always included.
    /// </summary>
    public IEnumerable<StyledText> Fit(int width)
    {
        List<Figure> shown = [.. _figures];
        while (shown.Count > 1 && shown.Sum(figure => figure.Text.Length + Gap.Length) - Gap.Length > width)
            shown.Remove(shown.MaxBy(figure => figure.Rank)!);
        for (int i = 0; i < shown.Count; i++)
        {
            if (i > 0)
                yield return new StyledText(Gap);
            yield return new StyledText(TextWidth.Fit(shown[i].Text, width), shown[i].Tone);
        }
    }

    private static string Part(long part, long whole)
    {
        string of = Quantity.Size(whole), done = Quantity.Size(part);
        // "1.2 of 3.4 GiB" if both have the same unit.
        string unit = of[of.IndexOf(' ', StringComparison.Ordinal)..];
        return done.EndsWith(unit, StringComparison.Ordinal) ? $"{done[..^unit.Length]} of {of}" : $"{done} of {of}";
    }

    private void Add(int rank, string text, Tone tone = Tone.Plain)
    {
        if (text.Length > 0)
            _figures.Add(new Figure(rank, text, tone));
    }

    // Figures with a higher rank are omitted first.
    private sealed record Figure(int Rank, string Text, Tone Tone);
}
