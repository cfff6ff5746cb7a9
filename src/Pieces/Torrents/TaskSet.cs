namespace Pieces.Torrents;

/// <summary>Tracks started tasks until they have ended, so that their owner can wait for all of them. Thread-safe.</summary>
internal sealed class TaskSet
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Adds a task, which is expected not to fault.</summary>
    public void Add(Task task)
    {
        if (task.IsCompletedSuccessfully)
            return;
        lock (_gate)
            _running.Add(task);
        task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>
    /// Returns a task that completes when all tasks added so far have ended. If any of them faulted, the returned task faults as well.
    /// </summary>
    public Task WhenAllAsync()
    {
        lock (_gate)
            return Task.WhenAll([.. _running]);
    }

    private void Remove(Task ended)
    {
        // A faulted task stays in the set, so that WhenAllAsync reports its exception.
        if (ended.IsFaulted)
            return;
        lock (_gate)
            _running.Remove(ended);
    }
}
