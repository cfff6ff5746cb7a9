using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pieces.Platform;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Text on stderr, written by a thread of its own: a reader who does not read must not hold up a transfer. Up to <see cref="MaxWaiting"/>
/// lines wait for it, further ones are counted and left out. A reader who left is no reason to stop.
/// </summary>
internal sealed class StandardError : ILineWriter, IDisposable
{
    /// <summary>Lines that wait for a slow reader.</summary>
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

    /// <summary>Whether all that was said has gone out.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_monitor)
                return _waiting.Count == 0 && !_isWriting;
        }
    }

    /// <summary>The line about lines that nobody read in time.</summary>
    public static string LeftOut(int lines) =>
        string.Create(CultureInfo.InvariantCulture, $"pieces: {lines} lines were left out: nobody read them in time");

    /// <inheritdoc/>
    public void WriteLine(string line) => Write(line + '\n');

    /// <summary>Writes a text as it is.</summary>
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
            if (_writer is not null)
                return;
            _writer = new Thread(WriteAll) { IsBackground = true, Name = "stderr" };
            _writer.Start();
        }
    }

    /// <summary>Waits until all has gone out, as far as somebody reads it within a second.</summary>
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

    /// <summary>Lets what waits go out, as far as somebody reads it within a second; what is said later is lost.</summary>
    public void Dispose()
    {
        lock (_monitor)
        {
            _isComplete = true;
            Monitor.PulseAll(_monitor);
        }

        _writer?.Join(LastWords);
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
            // Closed, or a terminal that has hung up: there is nobody to tell, and the transfer goes on.
            _isGone = true;
        }
    }
}
