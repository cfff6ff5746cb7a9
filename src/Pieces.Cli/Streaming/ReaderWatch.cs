using Pieces.Platform;

namespace Pieces.Cli.Streaming;

/// <summary>
/// Notices that the reader of stdout is gone, also while nothing is being written: a thread that sleeps in the system until then. Windows does
/// not tell: there only a write notices.
/// </summary>
internal sealed class ReaderWatch
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // A reader may go with the last byte. Then the write of that byte ends well, and this much later at the most.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly Action _gone;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to watch.</summary>
    /// <param name="gone">Called once, on the watching thread, when the reader is gone before <see cref="End"/>.</param>
    public ReaderWatch(Action gone)
    {
        _gone = gone;
        if (CurrentPlatform.OutputPipe.NoticesReaderLeaving)
            new Thread(Watch) { IsBackground = true, Name = "reader of stdout" }.Start();
    }

    /// <summary>Everything is written: the reader may go.</summary>
    public void End() => _over.TrySetResult();

    private void Watch()
    {
        while (!_over.Task.IsCompleted)
        {
            if (!CurrentPlatform.OutputPipe.WaitUntilGone(Look))
                continue;
            if (!_over.Task.Wait(Grace))
                _gone();
            return;
        }
    }
}
