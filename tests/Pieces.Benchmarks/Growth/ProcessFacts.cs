using System.Globalization;

namespace Pieces.Benchmarks.Growth;

/// <summary>What /proc says of a process at one moment. Times have the resolution of a clock tick.</summary>
internal readonly record struct ProcessFacts(TimeSpan User, TimeSpan System, long PeakBytes, long ResidentBytes, long AnonymousBytes)
{
    private const double TicksPerSecond = 100;

    /// <summary>Of all threads, those that have ended too.</summary>
    public TimeSpan Cpu => User + System;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="IOException">The process has gone.</exception>
    public static ProcessFacts Read(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long peak = 0, resident = 0, anonymous = 0;
        foreach (string line in File.ReadLines($"/proc/{process}/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                peak = Bytes(line);
            else if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                resident = Bytes(line);
            else if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                anonymous = Bytes(line);
        }

        return new ProcessFacts(Time(fields[11]), Time(fields[12]), peak, resident, anonymous);
    }

    public static int CountHandles(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    private static TimeSpan Time(string ticks) => TimeSpan.FromSeconds(long.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond);

    private static long Bytes(string line) =>
        1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
}
