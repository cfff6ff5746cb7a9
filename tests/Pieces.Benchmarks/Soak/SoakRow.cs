using System.Globalization;

namespace Pieces.Benchmarks.Soak;

/// <summary>One minute: medians of what the process held, and what was done since the start.</summary>
internal sealed record SoakRow(int Minute, IReadOnlyList<ResourceSample> Samples, long Downloads, long Bytes, long Hostile, int Faults)
{
    public const string Header = "| minute | memory MiB | handles | threads | sockets | downloads | GiB | hostile connections | faults |\n"
        + "|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

    private const double MiB = 1024 * 1024;

    public double ResidentMiB => Median(Samples.Select(sample => sample.ResidentBytes / MiB));

    public double Handles => Median(Samples.Select(sample => (double)sample.Handles));

    public double Threads => Median(Samples.Select(sample => (double)sample.Threads));

    public double Sockets => Median(Samples.Select(sample => (double)sample.Sockets));

    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Minute} | {ResidentMiB:0.0} | {Handles:0} | {Threads:0} | {Sockets:0} | {Downloads} | {Bytes / MiB / 1024:0.00} "
        + $"| {Hostile} | {Faults} |");

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
