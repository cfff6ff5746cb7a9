using System.Runtime.CompilerServices;

namespace Pieces.Tests.Support;

/// <summary>
/// Sets the number of threads that the pool starts immediately. A test that computes, or that waits without <c>await</c>, occupies a pool thread.
/// When such tests occupy all threads, the pool starts only one more every half second, and all other ready work waits for it.
/// </summary>
internal static class PoolThreads
{
    // Half of the threads are for the parallel tests of xunit.runner.json, each of which may occupy one. The other half is for all other work.
    private const int ForEachProcessor = 12;

    [ModuleInitializer]
    internal static void Initialize() => SetLeast(ForEachProcessor * Environment.ProcessorCount);

    /// <summary>Sets the number and returns the previous one.</summary>
    public static int SetLeast(int count)
    {
        ThreadPool.GetMinThreads(out int before, out int completionPorts);
        return ThreadPool.SetMinThreads(count, completionPorts) ? before : throw new InvalidOperationException($"the pool takes no {count} threads");
    }
}
