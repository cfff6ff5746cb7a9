namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// Repeats two steps until the end: it lets all ready work items run, and then advances the time to the next event. The driver is itself a work item
/// of the thread pool, which must have exactly one thread. Then no other work runs at the same time, the waiting work items can be counted, and
/// everything runs in the same order each time.
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

    /// <summary>Limits the thread pool of this process to one thread, as <see cref="RunAsync"/> requires. Returns whether that succeeded.</summary>
    public static bool IsPossible => Environment.ProcessorCount == 1 && ThreadPool.SetMinThreads(1, 1) && ThreadPool.SetMaxThreads(1, 1);

    /// <summary>Runs until <paramref name="isOver"/>, which is called before each step of the time, or until no event is scheduled.</summary>
    /// <exception cref="InvalidOperationException">The thread pool has more than one thread.</exception>
    public static Task RunAsync(SimulatedTime time, Func<bool> isOver)
    {
        if (!IsPossible)
            throw new InvalidOperationException("a simulation needs a process with DOTNET_PROCESSOR_COUNT=1");
        var driver = new SimulationDriver(time, isOver);
        driver.Enqueue();
        return driver._done.Task;
    }

    /// <summary>Runs as a work item of the thread pool.</summary>
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

    // The driver must come after all other work items. The items in the local queue of a thread run before those in the global queue, so the driver
    // uses the global queue.
    private void Enqueue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}
