using System.Diagnostics;
using System.Globalization;
using Pieces.Tests.Swarm.Simulation;

namespace Pieces.Benchmarks;

/// <summary>
/// <c>swarm SCENE [KEY=VALUE ...] [runs=N] [--series]</c>: simulates a swarm of whole clients and prints how soon they were done. The same words give
/// the same lines on stdout; what it took goes to stderr. docs/swarm.md explains the table.
/// </summary>
internal static class SwarmCommand
{
    private const string Series = "--series";
    private const string Runs = "runs=";

    // One thread, a collector that does not run all the time, and a compiler that improves at once what runs often. It does so once: to measure first
    // what runs how costs a run of some seconds more than it saves.
    private static readonly (string Name, string Value)[] Environs =
    [
        ("DOTNET_PROCESSOR_COUNT", "1"), ("DOTNET_GCgen0size", "20000000"), ("DOTNET_gcConcurrent", "0"), ("DOTNET_TC_CallCountingDelayMs", "0"),
        ("DOTNET_TieredPGO", "0"),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        string[] words = [.. args.Where(arg => arg != Series && !arg.StartsWith(Runs, StringComparison.Ordinal))];
        string runs = args.LastOrDefault(arg => arg.StartsWith(Runs, StringComparison.Ordinal))?[Runs.Length..] ?? "1";
        SwarmScene scene;
        int count;
        try
        {
            scene = SwarmSceneText.Parse(words);
            count = int.Parse(runs, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"swarm: {e.Message}\nswarm {SwarmSceneText.Usage}, runs; {Series}");
            return 2;
        }

        if (!SimulationDriver.IsPossible)
            return RunAlone(args);
        var reports = new List<SwarmReport>();
        for (int i = 0; i < count; i++)
            reports.Add(await RunAsync(scene with { Seed = scene.Seed + i }, args.Contains(Series)));
        Console.Write(SwarmTable.Of(reports));
        foreach (string fault in reports.SelectMany(report => report.Faults).Take(10))
            Console.Error.WriteLine(fault);
        return reports.TrueForAll(report => report.Faults.Count == 0) ? 0 : 1;
    }

    private static async Task<SwarmReport> RunAsync(SwarmScene scene, bool tellsSeconds)
    {
        long begun = Stopwatch.GetTimestamp();
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        SwarmMoment? last = null;
        if (tellsSeconds)
            Console.WriteLine(SwarmTable.SeriesHead);
        SwarmReport report = await new SwarmSimulation(scene, tellsSeconds ? Tell : null).RunAsync();
        process.Refresh();
        string cost = string.Create(
            CultureInfo.InvariantCulture,
            $"{Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s, {(process.TotalProcessorTime - before).TotalSeconds:0.0} s of processor");
        string memory = $"{process.PeakWorkingSet64 >> 20} MiB at most, {GC.GetTotalAllocatedBytes() >> 20} MiB allocated";
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {scene.Seed}: {cost}, {memory}, {report.Events:N0} events"));
        return report;

        void Tell(SwarmMoment moment)
        {
            Console.WriteLine(SwarmTable.LineOf(moment, last));
            last = moment;
        }
    }

    // The number of threads is settled when a process starts.
    private static int RunAlone(string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        start.ArgumentList.Add("swarm");
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        foreach ((string name, string value) in Environs)
            start.Environment[name] = value;
        using Process child = Process.Start(start)!;
        child.WaitForExit();
        return child.ExitCode;
    }
}
