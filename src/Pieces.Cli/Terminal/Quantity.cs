using System.Globalization;

namespace Pieces.Cli.Terminal;

/// <summary>Formats sizes, rates and times for people. Sizes use powers of 1024.</summary>
internal static class Quantity
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Formats a number of bytes, for example <c>12.3 MiB</c>.</summary>
    public static string Size(double bytes)
    {
        int unit = 0;
        while (bytes >= 1023.95 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Math.Max(bytes, 0).ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    /// <summary>Formats an exact number of bytes, followed by the rounded size, for example <c>2048 bytes (2.0 KiB)</c>.</summary>
    public static string Bytes(long count) =>
        count < 1024 ? Count(count, "byte") : string.Create(CultureInfo.InvariantCulture, $"{count} bytes ({Size(count)})");

    /// <summary>Formats a rate in bytes per second, for example <c>1.2 MiB/s</c>.</summary>
    public static string Rate(double bytesPerSecond) => $"{Size(bytesPerSecond)}/s";

    /// <summary>Formats a time in its two largest units, for example <c>1h05m</c> or <c>42s</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time >= TimeSpan.FromDays(100))
            return "over 100d";
        long seconds = Math.Max(0, (long)Math.Round(time.TotalSeconds));
        return seconds switch
        {
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m{seconds % 60:00}s"),
            < 86400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}h{seconds / 60 % 60:00}m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400}d{seconds / 3600 % 24:00}h"),
        };
    }

    /// <summary>Formats a share in per cent, rounded down, so that 100 always means all of it.</summary>
    public static string Percent(long part, long whole)
    {
        double percent = whole <= 0 ? 100 : Math.Floor(1000.0 * part / whole) / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{percent:0.0} %");
    }

    /// <summary>Formats a count with its noun, for example <c>1 file</c> or <c>3 files</c>.</summary>
    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? string.Empty : "s")}");
}
