using System.Diagnostics;

namespace Pieces.Benchmarks.Growth;

/// <summary>A process with nothing to do: its memory once it has come to rest, and the share of a core that it takes.</summary>
internal sealed record Quiet(long AnonymousBytes, double CpuPercent)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    /// <summary>Rests for 10 s, then watches for 20 s.</summary>
    public static async Task<Quiet> MeasureAsync(PiecesRun run)
    {
        await run.WhileAlive(Task.Delay(Rest));
        long memory = run.Facts.AnonymousBytes;
        TimeSpan before = run.Facts.Cpu;
        long since = Stopwatch.GetTimestamp();
        await run.WhileAlive(Task.Delay(Period));
        TimeSpan cpu = run.Facts.Cpu - before;
        return new Quiet(memory, 100 * (cpu / Stopwatch.GetElapsedTime(since)));
    }
}
