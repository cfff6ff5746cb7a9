using System.Runtime.CompilerServices;

namespace Pieces.Tests.Support;

/// <summary>
/// How many threads the pool starts immediately. A test that computes, or that waits without <c>await</c>, occupies a pool thread. When such tests
/// occupy all threads, the pool starts only one more every half second, and all other ready work waits for it.
/// </summary>
internal static class PoolThreads
{
    // As many as run beside each other, by xunit.runner.json, for those that hold one; and as many again for all others.
    private const int ForEachProcessor = 12;

    [ModuleInitializer]
    internal static void Initialize() => SetLeast(ForEachProcessor * Environment.ProcessorCount);

    /// <summary>Sets the number; gives the one before.</summary>
    public static int SetLeast(int count)
    {
        ThreadPool.GetMinThreads(out int before, out int completionPorts);
        return ThreadPool.SetMinThreads(count, completionPorts) ? before : throw new InvalidOperationException($"the pool takes no {count} threads");
    }
}
