using System.Globalization;
using Pieces.Fuzz.Engine;
using Pieces.Fuzz.Instrumentation;

namespace Pieces.Fuzz;

/// <summary>
/// Runs the fuzz targets: <c>[TARGET...] [--seconds N] [--inputs N] [--seed N] [--found DIR] [--crashes DIR] [--replay FILE]</c>. Without
/// a target all run, one after the other, each for the given time. The exit code is 1 when an input showed a fault.
/// </summary>
internal static class Program
{
    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(10);

    public static int Main(string[] arguments)
    {
        // First of all: instrumented code writes to the counters.
        var branches = new BranchCounters();
        FuzzCommand command;
        try
        {
            command = FuzzCommand.Read(arguments);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"fuzz: {e.Message}");
            return 2;
        }

        using var watch = new HangWatch(command.Crashes);
        return command.Replay is { } file ? Replay(command, file, watch, branches) : Run(command, watch, branches);
    }

    private static int Run(FuzzCommand command, HangWatch watch, IBranchMap branches)
    {
        bool isGood = true;
        Console.WriteLine("| target | inputs | seconds | inputs/s | branches | corpus | slowest ms | most KiB |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (IFuzzTarget target in command.Targets)
        {
            var corpus = new FuzzCorpus(target.Seeds, command.Found is { } found ? Path.Combine(found, target.Name) : null);
            TimeSpan time = command.Seconds is { } seconds
                ? TimeSpan.FromSeconds(seconds)
                : command.Inputs is null ? DefaultTime : TimeSpan.MaxValue;
            FuzzResult result = new FuzzRun(target, corpus, command.Seed, watch, branches).Run(command.Inputs ?? long.MaxValue, time);
            Console.WriteLine(Row(result));
            if (result.Fault is not { } fault)
                continue;
            isGood = false;
            string path = CrashFile.Write(command.Crashes, result.Target, fault.Input);
            Console.Error.WriteLine($"{result.Target}: {fault.Reason}\nThe input is in {path} (seed {command.Seed}); run it again with --replay.");
        }

        return isGood ? 0 : 1;
    }

    private static string Row(FuzzResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {result.Target} | {result.Inputs} | {result.Time.TotalSeconds:0.0} | {result.Inputs / result.Time.TotalSeconds:0} | {result.Branches} "
        + $"| {result.Corpus} | {result.SlowestMilliseconds:0.0} | {result.MostAllocated / 1024} |");

    private static int Replay(FuzzCommand command, string file, HangWatch watch, IBranchMap branches)
    {
        byte[] input = File.ReadAllBytes(file);
        bool isGood = true;
        foreach (IFuzzTarget target in command.Targets)
        {
            FuzzFault? fault = new FuzzRun(target, new FuzzCorpus([], null), command.Seed, watch, branches).Try(input);
            isGood &= fault is null;
            Console.WriteLine($"{target.Name}: {fault?.Reason ?? "no fault"}");
        }

        return isGood ? 0 : 1;
    }
}
