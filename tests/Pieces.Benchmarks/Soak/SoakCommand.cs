using System.Globalization;
using Pieces.Benchmarks.Growth;

namespace Pieces.Benchmarks.Soak;

/// <summary>
/// <c>soak [--minutes N] [--seed N]</c>: seeders, leechers that add and remove torrents with limits that change, and hostile peers, all in this
/// process and on loopback. Prints a row each minute, and ends with 1 when memory grows, a handle, thread or socket stays open, content is wrong,
/// or an honest peer is banned. Linux only.
/// </summary>
internal static class SoakCommand
{
    private const int DefaultMinutes = 30;
    private const int SettlingMinutes = 5;
    private const double MaxGrowth = 1.05;

    // Connections come and go, so two minutes never have the same counts.
    private const double MaxSwing = 1.25;

    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string[] args)
    {
        int minutes = Number(args, "--minutes") ?? DefaultMinutes;
        await using var world = new SoakWorld(Number(args, "--seed") ?? 1);
        await world.StartAsync();
        var rows = new List<SoakRow>();
        Console.WriteLine(SoakRow.Header);
        for (int minute = 1; minute <= minutes; minute++)
        {
            SoakRow row = await MeasureAsync(minute, world);
            rows.Add(row);
            Console.WriteLine(row.Line);
        }

        string[] faults = [.. world.Faults, .. Judge(rows)];
        foreach (string fault in faults)
            Console.WriteLine($"FAULT: {fault}");
        Console.WriteLine(faults.Length == 0 ? "no fault" : $"{faults.Length} faults");
        return faults.Length == 0 ? 0 : 1;
    }

    private static async Task<SoakRow> MeasureAsync(int minute, SoakWorld world)
    {
        var samples = new List<ResourceSample>();
        using var timer = new PeriodicTimer(SampleInterval);
        for (int i = 0; i < TimeSpan.FromMinutes(1) / SampleInterval; i++)
        {
            await timer.WaitForNextTickAsync();
            samples.Add(ResourceSample.Take());
        }

        return new SoakRow(minute, samples, world.Downloads, world.Bytes, world.HostileConnections, world.Faults.Count);
    }

    private static IEnumerable<string> Judge(List<SoakRow> rows)
    {
        SoakRow[] settled = [.. rows.Skip(SettlingMinutes)];
        if (settled.Length < 2)
            yield break;
        SoakRow[] early = settled[..(settled.Length / 2)], late = settled[(settled.Length / 2)..];
        foreach ((string name, Func<SoakRow, double> figure, double limit) in new (string, Func<SoakRow, double>, double)[]
        {
            ("memory", row => row.ResidentMiB, MaxGrowth), ("handles", row => row.Handles, MaxSwing),
            ("threads", row => row.Threads, MaxSwing), ("sockets", row => row.Sockets, MaxSwing),
        })
        {
            double before = SoakRow.Median(early.Select(figure)), after = SoakRow.Median(late.Select(figure));
            if (after > before * limit)
                yield return string.Create(CultureInfo.InvariantCulture, $"{name} grew from {before:0.0} to {after:0.0}");
        }

        if (rows.Any(row => row.Minute > 1 && row.Downloads == rows[row.Minute - 2].Downloads))
            yield return "a minute passed in which no download was completed";
    }

    private static int? Number(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : null;
}
