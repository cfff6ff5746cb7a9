namespace Pieces.Storage.Transfer;

/// <summary>Counts the jobs of one torrent that are under way, so that its end can wait for them. Safe for all threads.</summary>
internal sealed class PendingJobs
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _idle;
    private int _count;

    /// <summary>A job begins.</summary>
    public void Enter()
    {
        lock (_gate)
            _count++;
    }

    /// <summary>A job has ended.</summary>
    public void Leave()
    {
        TaskCompletionSource? idle = null;
        lock (_gate)
        {
            if (--_count == 0)
                (idle, _idle) = (_idle, null);
        }

        idle?.SetResult();
    }

    /// <summary>Ends when no job is under way.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate)
        {
            if (_count == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }
}
