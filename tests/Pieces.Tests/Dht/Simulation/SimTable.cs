using System.Globalization;
using System.Text;

namespace Pieces.Tests.Dht.Simulation;

/// <summary>Formats the measurements as a Markdown table.</summary>
internal static class SimTable
{
    public static string Of(SimReport report)
    {
        var text = new StringBuilder();
        text.AppendLine("|                                          | searches | by newcomers | announces |");
        text.AppendLine("|------------------------------------------|---------:|-------------:|----------:|");
        Row(text, "number", report, all => $"{all.Count:N0}");
        Row(text, "found the announced peer", report, all => $"{100.0 * all.Count(one => one.IsFound) / all.Count:0.00} %", announces: false);
        Row(text, "until it was found, median", report, all => Seconds(At(FoundAfter(all), 0.5)), announces: false);
        Row(text, "until it was found, 99th percentile", report, all => Seconds(At(FoundAfter(all), 0.99)), announces: false);
        Row(text, "until the end, median", report, all => Seconds(At(all.Select(one => one.Result.Duration.TotalSeconds), 0.5)));
        Row(text, "until the end, 99th percentile", report, all => Seconds(At(all.Select(one => one.Result.Duration.TotalSeconds), 0.99)));
        Row(text, "messages, median", report, all => $"{At(all.Select(one => (double)one.Result.Queries), 0.5):0}");
        Row(text, "messages, 99th percentile", report, all => $"{At(all.Select(one => (double)one.Result.Queries), 0.99):0}");
        Row(text, "messages, most", report, all => $"{all.Max(one => one.Result.Queries)}");
        Row(text, "hops to the first peers, median", report, all => $"{At(Hops(all), 0.5):0}", announces: false);
        Row(text, "hops to the first peers, 99th percentile", report, all => $"{At(Hops(all), 0.99):0}", announces: false);
        Row(text, "nodes that keep it, median", report, all => $"{At(all.Select(one => (double)one.Result.Keepers), 0.5):0}", others: false);
        text.AppendLine();
        text.Append(CultureInfo.InvariantCulture, $"Datagrams that a node sends in an hour, all counted: {report.SentPerNodeHour:N0}. ");
        text.AppendLine(CultureInfo.InvariantCulture, $"Nodes in a table: {report.TableSize:0}.");
        return text.ToString();
    }

    /// <summary>Returns the value that a given share of all values does not exceed.</summary>
    public static double At(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
    }

    public static IEnumerable<double> FoundAfter(IEnumerable<SimSearch> all) =>
        all.Where(one => one.IsFound).Select(one => one.FoundAfter!.Value.TotalSeconds);

    private static IEnumerable<double> Hops(IEnumerable<SimSearch> all) => all.Where(one => one.IsFound).Select(one => (double)one.Result.Hops);

    private static string Seconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} s");

    private static void Row(
        StringBuilder text, string name, SimReport report, Func<IReadOnlyList<SimSearch>, string> value, bool announces = true, bool others = true)
    {
        string searches = others ? Cell(report.Searches, value) : "-";
        string newcomers = others ? Cell(report.Newcomers, value) : "-";
        string third = announces ? Cell(report.Announces, value) : "-";
        text.AppendLine(CultureInfo.InvariantCulture, $"| {name,-40} | {searches,8} | {newcomers,12} | {third,9} |");
    }

    private static string Cell(IReadOnlyList<SimSearch> all, Func<IReadOnlyList<SimSearch>, string> value) => all.Count == 0 ? "-" : value(all);
}
