namespace Pieces.Torrents;

/// <summary>Keeps the tasks that were started until they have ended, so that whoever started them can wait for all. Safe for all threads.</summary>
internal sealed class TaskSet
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Keeps a task that does not fault by its own contract.</summary>
    public void Add(Task task)
    {
        if (task.IsCompletedSuccessfully)
            return;
        lock (_gate)
            _running.Add(task);
        task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Ends when everything that was added so far has ended; faults as the first of them that did.</summary>
    public Task WhenAllAsync()
    {
        lock (_gate)
            return Task.WhenAll([.. _running]);
    }

    private void Remove(Task ended)
    {
        // One that faulted stays, to be heard in WhenAllAsync.
        if (ended.IsFaulted)
            return;
        lock (_gate)
            _running.Remove(ended);
    }
}
