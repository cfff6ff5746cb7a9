using System.Globalization;
using System.Text;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>Formats the results of scenes as a Markdown table.</summary>
internal static class SwarmTable
{
    private static readonly (string Title, Func<SwarmReport, string> Value)[] Columns =
    [
        ("done", report => $"{report.Done}/{report.Total}"),
        ("last own s", report => Seconds(Max(report.Durations))),
        ("mean s", report => Seconds(Mean(report.Durations))),
        ("median s", report => Seconds(Median(report.Durations))),
        ("last s", report => Seconds(report.Done == 0 ? double.NaN : report.LastCompletion)),
        ("bound s", report => Seconds(report.BoundAtOnce)),
        ("last own/bound", report => Seconds(Max(report.Durations) / report.BoundAtOnce)),
        ("bound of arrivals s", report => Seconds(report.BoundWithArrivals)),
        ("last/bound of arrivals", report => Seconds(report.Done == 0 ? double.NaN : report.LastCompletion / report.BoundWithArrivals)),
        ("seed's copies", report => Seconds(report.SeedCopies)),
        ("waste", report => Percent(report.Waste)),
        ("uplinks used", report => Percent(report.Used)),
        ("honest mean s", report => Seconds(Mean(report.HonestDurations))),
        ("free riders' mean s", report => Seconds(Mean(report.FreeRiderDurations))),
    ];

    /// <summary>Returns the table of one or more runs.</summary>
    public static string Of(IReadOnlyList<SwarmReport> reports)
    {
        var text = new StringBuilder("| seed |");
        foreach ((string title, _) in Columns)
            text.Append(CultureInfo.InvariantCulture, $" {title} |");
        text.Append("\n|-----:|");
        foreach ((string title, _) in Columns)
            text.Append(CultureInfo.InvariantCulture, $"{new string('-', title.Length + 1)}:|");
        foreach (SwarmReport report in reports)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n| {report.Scene.Seed,4} |");
            foreach ((string title, Func<SwarmReport, string> value) in Columns)
                text.Append(CultureInfo.InvariantCulture, $" {value(report).PadLeft(title.Length)} |");
        }

        return text.Append('\n').ToString();
    }

    /// <summary>The heading for the lines of <see cref="LineOf"/>.</summary>
    public static string SeriesHead => "    s  come  done  progress  seed's pieces  uplinks  connections";

    /// <summary>Returns the line for one second of a series.</summary>
    /// <param name="now">The current state.</param>
    /// <param name="before">The state one second earlier, or null.</param>
    public static string LineOf(SwarmMoment now, SwarmMoment? before)
    {
        double used = now.Capacity == 0 ? 0 : (now.Sent - (before?.Sent ?? 0)) / now.Capacity;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{now.Second,5} {now.Joined,5} {now.Done,5} {Percent(now.Progress),9} {now.SeedPieces,14} {Percent(used),8} {now.Connections,12:0.0}");
    }

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();

    private static double Max(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Max();

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Seconds(double value) => double.IsNaN(value) ? "-" : value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Percent(double value) => double.IsNaN(value) ? "-" : string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0} %");
}
