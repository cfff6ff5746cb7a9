using Pieces.Storage;

namespace Pieces.Cli.Streaming;

/// <summary>
/// Writes the content of a torrent to stdout: a single file as it is, several files as a tar stream. It uses a thread of its own, which blocks while
/// the reader does not read and thereby provides back-pressure. When the torrent ends, the thread is abandoned.
/// </summary>
internal sealed class ContentWriter : IContentTarget
{
    private readonly Func<Stream> _open;
    private readonly Action _written;

    /// <param name="open">Opens stdout.</param>
    /// <param name="written">Called when everything is written. The reader may close the pipe from then on.</param>
    public ContentWriter(Func<Stream> open, Action written)
    {
        _open = open;
        _written = written;
    }

    /// <inheritdoc/>
    public Task TakeAsync(IReadOnlyList<ContentFile> files, CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(files, end)) { IsBackground = true, Name = "stdout" }.Start();
        return end.Task.WaitAsync(cancellationToken);
    }

    private void Run(IReadOnlyList<ContentFile> files, TaskCompletionSource end)
    {
        try
        {
            using Stream output = _open();
            if (files is [{ } only])
                CopyRaw(only, output);
            else
                TarContent.Write(files, output);
            output.Flush();
            _written();
            end.SetResult();
        }
        catch (OperationCanceledException)
        {
            end.SetCanceled();
        }
#pragma warning disable CA1031 // The exception is passed on to the task that waits for the end.
        catch (Exception e)
#pragma warning restore CA1031
        {
            end.SetException(e);
        }
    }

    private static void CopyRaw(ContentFile file, Stream output)
    {
        using Stream content = file.OpenRead();
        content.CopyTo(output, TarData.BufferLength);
    }
}
