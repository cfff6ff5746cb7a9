using System.Text;
using Microsoft.Win32.SafeHandles;
using Pieces.Cli.Failures;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Cli.Terminal;

/// <summary>
/// The product of a command, on descriptor 1. Not the console's stream: that one swallows a broken pipe, and a command would work on for a
/// reader who left.
/// </summary>
internal sealed class StandardOutput : IByteOutput, IDisposable
{
    private const int BufferLength = 16 * 1024;

    private readonly Lazy<Stream> _stream = new(Open, LazyThreadSafetyMode.None);
    private readonly Lock _writing = new();
    private Action<Action>? _beside;
    private FailureException? _failure;

    /// <summary>Writes a line, with everything escaped that could steer a terminal.</summary>
    /// <exception cref="FailureException">The reader is gone.</exception>
    public void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(DisplayText.Escape(line) + '\n'));

    /// <summary>Lets a display that repaints step aside while something is written on the terminal that both share; null for no such display.</summary>
    public void Through(Action<Action>? beside) => _beside = beside;

    /// <summary>Writes bytes as they are.</summary>
    /// <exception cref="FailureException">The reader is gone.</exception>
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

    /// <summary>Hands on what is buffered.</summary>
    /// <exception cref="FailureException">The reader is gone.</exception>
    public void Flush()
    {
        if (_stream.IsValueCreated && _beside is { } beside)
            beside(FlushNow);
        else
            FlushNow();
    }

    /// <summary>Hands on what is buffered unless a write is under way, which may wait for the reader. Says nothing of a reader who is gone.</summary>
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
            // It is kept, and whoever writes next is told.
        }
        finally
        {
            _writing.Exit();
        }
    }

    /// <summary>Flushes at the end of a command; the process's exit code.</summary>
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

    /// <summary>Forgets what is buffered: <see cref="Flush"/> is the way to have it written.</summary>
    public void Dispose()
    {
    }

    /// <summary>What a failed write to stdout means.</summary>
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
        // What could not be written once stays in the buffer: it was said then, and is not tried again.
        lock (_writing)
        {
            if (!_stream.IsValueCreated || _failure is not null)
                return;
            try
            {
                _stream.Value.Flush();
                // A file stream writes at a position of its own. Asking for the handle moves the descriptor's position after what was written,
                // so that the next program of `(pieces show a; pieces show b) > list` does not write over it.
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
