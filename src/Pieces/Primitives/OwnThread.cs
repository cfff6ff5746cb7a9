namespace Pieces.Primitives;

/// <summary>
/// Runs work that may block for long, on a thread of its own: the thread pool begins with one thread for each processor, and everything in the program
/// that does not block depends on them.
/// </summary>
internal static class OwnThread
{
    /// <summary>Runs the work. The process never waits for the thread to end.</summary>
    /// <returns>Ends with the work, as it ends. What awaits it goes on by the same thread where it can, so that it may block too.</returns>
    public static Task RunAsync(string name, Action work)
    {
        var done = new TaskCompletionSource();
        var thread = new Thread(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
#pragma warning disable CA1031 // Nothing is hidden: whoever awaits the task gets it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                done.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return done.Task;
    }
}
