using System.Globalization;

namespace Pieces.Benchmarks.Growth;

/// <summary>Numbers as the tables show them.</summary>
internal static class Figure
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Of(double value, int digits = 2) => double.IsNaN(value) ? "-" : value.ToString("N" + digits, CultureInfo.InvariantCulture);

    public static string MiB(double bytes) => Of(bytes / (1 << 20), 1) + " MiB";

    public static string KiB(double bytes) => double.IsNaN(bytes) ? "-" : Of(bytes / 1024, 1) + " KiB";

    public static string Seconds(TimeSpan time) => Of(time.TotalSeconds, 3) + " s";

    /// <summary>A limit and whether the figure is within it; no verdict where there is no figure.</summary>
    public static string Must(double value, double limit, string text) => text + (double.IsNaN(value) ? "" : value <= limit ? " ok" : " MISSED");
}
