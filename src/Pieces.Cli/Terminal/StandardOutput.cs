using System.Text;
using Microsoft.Win32.SafeHandles;
using Pieces.Cli.Failures;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Cli.Terminal;

/// <summary>
/// The output of a command, on file descriptor 1. The console's stream is not used because it ignores a broken pipe, and the command would continue
/// although its reader has closed the pipe.
/// </summary>
internal sealed class StandardOutput : IByteOutput, IDisposable
{
    private const int BufferLength = 16 * 1024;

    private readonly Lazy<Stream> _stream = new(Open, LazyThreadSafetyMode.None);
    private readonly Lock _writing = new();
    private Action<Action>? _beside;
    private FailureException? _failure;

    /// <summary>Writes a line. Control characters and escape sequences are escaped.</summary>
    /// <exception cref="FailureException">The reader has closed the pipe, or the line cannot be written.</exception>
    public void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(DisplayText.Escape(line) + '\n'));

    /// <summary>
    /// Sets how a display that repaints makes room while something is written to the terminal that both share; null for no such display.
    /// </summary>
    public void Through(Action<Action>? beside) => _beside = beside;

    /// <summary>Writes bytes unchanged.</summary>
    /// <exception cref="FailureException">The reader has closed the pipe, or the bytes cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null)
            throw new FailureException(_failure.Code, _failure.Message, _failure.InnerException);
        if (_beside is { } beside)
        {
            byte[] copy = bytes.ToArray();
            beside(() => WriteNow(copy));
        }
        else
        {
            WriteNow(bytes);
        }
    }

    /// <summary>Writes the buffered bytes.</summary>
    /// <exception cref="FailureException">The reader has closed the pipe, or the bytes cannot be written.</exception>
    public void Flush()
    {
        if (_stream.IsValueCreated && _beside is { } beside)
            beside(FlushNow);
        else
            FlushNow();
    }

    /// <summary>
    /// Writes the buffered bytes, unless another write is in progress, which may be waiting for the reader. Does not throw if the bytes cannot be
    /// written.
    /// </summary>
    public void TryFlush()
    {
        if (!_writing.TryEnter())
            return;
        try
        {
            FlushNow();
        }
        catch (FailureException)
        {
            // The failure is stored, and the next write throws it.
        }
        finally
        {
            _writing.Exit();
        }
    }

    /// <summary>Flushes the output at the end of a command and returns the exit code of the process.</summary>
    public int Close()
    {
        try
        {
            Flush();
            return (int)ExitCode.Success;
        }
        catch (FailureException e)
        {
            return (int)e.Code;
        }
    }

    /// <summary>Discards buffered bytes. <see cref="Flush"/> writes them.</summary>
    public void Dispose()
    {
    }

    /// <summary>Returns the failure for an exception of a write to stdout.</summary>
    internal static FailureException Gone(Exception e) => SystemErrors.IsBrokenPipe(e)
        ? new FailureException(ExitCode.BrokenPipe, string.Empty, e)
        : new FailureException(Outcome.Of(e).Code, $"stdout: cannot be written: {Outcome.Reason(e.InnerException ?? e)}", e);

    private void WriteNow(ReadOnlySpan<byte> bytes)
    {
        lock (_writing)
        {
            try
            {
                _stream.Value.Write(bytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw _failure = Gone(e);
            }
        }
    }

    private void FlushNow()
    {
        // After a failed write, the data remains in the buffer. The failure was reported, so the write is not repeated.
        lock (_writing)
        {
            if (!_stream.IsValueCreated || _failure is not null)
                return;
            try
            {
                _stream.Value.Flush();
                // A file stream keeps its own position. Reading its handle sets the position of the descriptor to the end of the written data,
                // so that the next program of `(pieces show a; pieces show b) > list` does not overwrite it.
                if (_stream.Value is FileStream { CanSeek: true } file)
                    _ = file.SafeFileHandle.IsInvalid;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw _failure = Gone(e);
            }
        }
    }

    private static Stream Open()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        if (!CurrentPlatform.Facts.IsGiven(StandardDescriptor.Output))
            throw new IOException("it is closed");
        return new FileStream(new SafeFileHandle((int)StandardDescriptor.Output, ownsHandle: false), FileAccess.Write, BufferLength);
    }
}
