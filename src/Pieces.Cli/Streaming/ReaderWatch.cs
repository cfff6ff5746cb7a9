using Pieces.Platform;

namespace Pieces.Cli.Streaming;

/// <summary>
/// Detects that the reader of stdout has closed the pipe, even while nothing is written. A thread waits in a system call for this. On Windows only a
/// write detects it.
/// </summary>
internal sealed class ReaderWatch
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // The reader may close the pipe after the last byte. The write of that byte then succeeds, and End is called within this time.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly Action _gone;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts watching.</summary>
    /// <param name="gone">Called once, on the watching thread, if the reader closes the pipe before <see cref="End"/>.</param>
    public ReaderWatch(Action gone)
    {
        _gone = gone;
        if (CurrentPlatform.OutputPipe.NoticesReaderLeaving)
            new Thread(Watch) { IsBackground = true, Name = "reader of stdout" }.Start();
    }

    /// <summary>Notes that everything is written, so that the reader may close the pipe.</summary>
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
