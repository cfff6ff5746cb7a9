using System.Globalization;

namespace Pieces.Benchmarks.Growth;

/// <summary>What /proc says of a process at one moment. Times have the resolution of a clock tick, but for the scheduler's.</summary>
internal readonly record struct ProcessFacts(TimeSpan User, TimeSpan System, long PeakBytes, long ResidentBytes, long AnonymousBytes)
{
    private const double TicksPerSecond = 100;

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

    /// <summary>Time on a processor of all threads that live, by the scheduler: user and system, in nanoseconds.</summary>
    public static TimeSpan ReadScheduled(int process)
    {
        long nanoseconds = 0;
        foreach (string task in Directory.EnumerateDirectories($"/proc/{process}/task"))
            nanoseconds += long.Parse(File.ReadAllText(task + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
        return TimeSpan.FromMicroseconds(nanoseconds / 1000.0);
    }

    public static int CountHandles(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    private static TimeSpan Time(string ticks) => TimeSpan.FromSeconds(long.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond);

    private static long Bytes(string line) =>
        1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
}
