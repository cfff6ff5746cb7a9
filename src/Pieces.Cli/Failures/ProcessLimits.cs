using System.Globalization;
using Pieces.Platform;

namespace Pieces.Cli.Failures;

/// <summary>
/// What the program needs of the limits that a shell or a container sets for its processes. Below them, the runtime would fail in the middle of the
/// work, at a place that nobody can foresee.
/// </summary>
internal static class ProcessLimits
{
    /// <summary>Minimum address space, in bytes (<c>ulimit -v</c>).</summary>
    public const long MinAddressSpace = 384L * 1024 * 1024;

    /// <summary>Number of threads that the program must be able to start beside those of the runtime.</summary>
    public const int MinThreads = 16;

    /// <summary>The reason why the program ends when the system refuses memory or a thread nevertheless.</summary>
    public const string Shortage =
        "the system refuses more memory or threads to this process (raise the limits of its shell or container, then run the same command again)";

    // Under a lower limit of threads than this, the program tries whether it can start those it needs. A try costs 1 ms.
    private const int LowThreadLimit = 1024;

    // The thread pool of the runtime grows when its threads are busy. Under a low limit it stays at this number.
    private const int FewPoolThreads = 4;

    // The size of the stacks of the trial, in bytes, which every system accepts.
    private const int SmallStack = 128 * 1024;

    /// <summary>Makes the program need less where its limits are low. Call it before anything starts a thread.</summary>
    /// <returns>The reason why the program cannot run within the limits; null when it can.</returns>
    public static string? Adapt()
    {
        ISystemFacts facts = CurrentPlatform.Facts;
        if (facts.AddressSpace is { } space)
        {
            if (space < MinAddressSpace)
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"the address space of this process is limited to {space / 1024} KiB; at least {MinAddressSpace / 1024} KiB are needed "
                        + $"(ulimit -v)");
            facts.ReserveLess();
        }
        else if (facts.MaxThreads is null or >= LowThreadLimit)
        {
            return null;
        }

        if (CountThreads() is var permitted && permitted < MinThreads)
            return string.Create(
                CultureInfo.InvariantCulture,
                $"this process may start only {permitted} more threads; at least {MinThreads} are needed "
                    + $"(ulimit -u, or the limits of its container)");
        ThreadPool.SetMaxThreads(Math.Max(Environment.ProcessorCount, FewPoolThreads), FewPoolThreads);
        return null;
    }

    // Starts threads for a moment, at most as many as are needed.
    private static int CountThreads()
    {
        using var end = new ManualResetEventSlim();
        var threads = new List<Thread>(MinThreads);
        try
        {
            while (threads.Count < MinThreads)
            {
                var thread = new Thread(end.Wait, SmallStack) { IsBackground = true, Name = "trial" };
                thread.Start();
                threads.Add(thread);
            }
        }
        catch (OutOfMemoryException)
        {
            // The system refused this one: the number so far is the answer.
        }
        finally
        {
            end.Set();
            foreach (Thread thread in threads)
                thread.Join();
        }

        return threads.Count;
    }
}
