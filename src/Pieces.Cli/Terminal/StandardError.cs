using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Writes text to stderr on a thread of its own, because a reader that does not read must not block a transfer. Up to <see cref="MaxWaiting"/> lines
/// are queued; further lines are counted and dropped. A closed stderr does not stop the run.
/// </summary>
internal sealed class StandardError : ILineWriter, IDisposable
{
    /// <summary>Maximum number of queued lines for a slow reader of stderr.</summary>
    public const int MaxWaiting = 4096;

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly object _monitor = new();
    private readonly Queue<string> _waiting = [];
    private readonly Stream _stream;
    private Thread? _writer;
    private bool _isWriting;
    private bool _isComplete;
    private bool _isGone;
    private int _leftOut;

    public StandardError()
        : this(CurrentPlatform.Facts.IsGiven(StandardDescriptor.Error) ? Console.OpenStandardError() : Stream.Null)
    {
    }

    internal StandardError(Stream stream) => _stream = stream;

    /// <summary>Whether all output has been written.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_monitor)
                return _waiting.Count == 0 && !_isWriting;
        }
    }

    /// <summary>Returns the message about dropped lines.</summary>
    public static string LeftOut(int lines) =>
        string.Create(CultureInfo.InvariantCulture, $"pieces: {lines} lines were dropped because they were not read in time");

    /// <inheritdoc/>
    public void WriteLine(string line) => Write(line + '\n');

    /// <summary>Writes a text unchanged.</summary>
    public void Write(string text)
    {
        lock (_monitor)
        {
            if (_isComplete)
                return;
            if (_waiting.Count >= MaxWaiting)
            {
                _leftOut++;
                return;
            }

            _waiting.Enqueue(text);
            Monitor.PulseAll(_monitor);
            if (_writer is not null || TryStartWriter())
                return;
        }

        WriteWaiting();
    }

    /// <summary>Waits until all output is written, for at most one second.</summary>
    public void Flush()
    {
        long began = Stopwatch.GetTimestamp();
        lock (_monitor)
        {
            while (_waiting.Count > 0 || _isWriting)
            {
                TimeSpan left = LastWords - Stopwatch.GetElapsedTime(began);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_monitor, left))
                    return;
            }
        }
    }

    /// <summary>Waits until queued output is written, for at most one second. Later output is discarded.</summary>
    public void Dispose()
    {
        lock (_monitor)
        {
            _isComplete = true;
            Monitor.PulseAll(_monitor);
        }

        _writer?.Join(LastWords);
    }

    private bool TryStartWriter()
    {
        try
        {
            var writer = new Thread(WriteAll) { IsBackground = true, Name = "stderr" };
            writer.Start();
            _writer = writer;
            return true;
        }
        catch (OutOfMemoryException)
        {
            // The system permits no more threads. The text, which may be the message about that, is written by the caller.
            return false;
        }
    }

    private void WriteWaiting()
    {
        lock (_monitor)
        {
            while (_waiting.TryDequeue(out string? text))
                Write(text, leftOut: 0);
        }
    }

    private void WriteAll()
    {
        while (Take(out string? text, out int leftOut))
        {
            Write(text, leftOut);
            lock (_monitor)
            {
                _isWriting = false;
                Monitor.PulseAll(_monitor);
            }
        }
    }

    private bool Take([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? text, out int leftOut)
    {
        lock (_monitor)
        {
            while (_waiting.Count == 0 && !_isComplete)
                Monitor.Wait(_monitor);
            leftOut = _leftOut;
            _leftOut = 0;
            _isWriting = _waiting.TryDequeue(out text);
            return text is not null;
        }
    }

    private void Write(string text, int leftOut)
    {
        if (_isGone)
            return;
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(text));
            if (leftOut > 0)
                _stream.Write(Encoding.UTF8.GetBytes(LeftOut(leftOut) + '\n'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Stderr is closed, or its terminal has hung up. The failure cannot be reported, and the transfer continues.
            _isGone = true;
        }
    }
}
