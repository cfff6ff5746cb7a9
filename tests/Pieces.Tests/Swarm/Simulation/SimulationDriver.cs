namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// Lets everything that is ready run, then goes on to the next moment, and so on to the end. It is itself a work item of the thread pool, which must
/// have one thread: then nothing else runs while it does, what waits can be counted, and everything runs in the same order each time.
/// </summary>
internal sealed class SimulationDriver : IThreadPoolWorkItem
{
    private readonly SimulatedTime _time;
    private readonly Func<bool> _isOver;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SimulationDriver(SimulatedTime time, Func<bool> isOver)
    {
        _time = time;
        _isOver = isOver;
    }

    /// <summary>Whether the thread pool of this process has one thread, as <see cref="RunAsync"/> needs it.</summary>
    public static bool IsPossible => Environment.ProcessorCount == 1 && ThreadPool.SetMinThreads(1, 1) && ThreadPool.SetMaxThreads(1, 1);

    /// <summary>Runs until <paramref name="isOver"/>, which is asked before each moment, or until nothing is planned any more.</summary>
    /// <exception cref="InvalidOperationException">The thread pool has more threads than one.</exception>
    public static Task RunAsync(SimulatedTime time, Func<bool> isOver)
    {
        if (!IsPossible)
            throw new InvalidOperationException("a simulation needs a process with DOTNET_PROCESSOR_COUNT=1");
        var driver = new SimulationDriver(time, isOver);
        driver.Enqueue();
        return driver._done.Task;
    }

    /// <summary>A turn.</summary>
    public void Execute()
    {
        try
        {
            while (ThreadPool.PendingWorkItemCount == 0)
            {
                if (!_isOver() && _time.Step())
                    continue;
                _done.SetResult();
                return;
            }

            Enqueue();
        }
        catch (Exception e)
        {
            _done.SetException(e);
        }
    }

    // Behind everybody: what is queued by a work item itself goes before what is queued for all.
    private void Enqueue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
