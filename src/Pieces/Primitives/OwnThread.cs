namespace Pieces.Primitives;

/// <summary>
/// Runs work that may block for a long time on its own thread. The thread pool begins with one thread per processor, and all non-blocking code of the
/// program needs these threads.
/// </summary>
internal static class OwnThread
{
    /// <summary>Runs the work. The process does not wait for the thread when it exits.</summary>
    /// <returns>Completes with the result of the work. A continuation runs on the same thread where possible, so that it may block too.</returns>
    public static Task RunAsync(string name, Action work) => RunAsync(name, () =>
    {
        work();
        return true;
    });

    /// <inheritdoc cref="RunAsync(string, Action)"/>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
#pragma warning disable CA1031 // Nothing is hidden: the task passes the exception on.
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
