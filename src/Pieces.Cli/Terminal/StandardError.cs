using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Plain lines on stderr, written by a thread of their own: a reader who does not read must not hold up a transfer. Up to <see cref="MaxWaiting"/>
/// lines wait for it, further ones are counted and left out. A reader who left is no reason to stop.
/// </summary>
internal sealed class StandardError : ILineWriter, IDisposable
{
    /// <summary>Lines that wait for a slow reader.</summary>
    public const int MaxWaiting = 4096;

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly Stream _stream;
    private readonly BlockingCollection<string> _lines = new(MaxWaiting);
    private readonly Lazy<Thread> _writer;
    private int _leftOut;
    private bool _isBroken;

    public StandardError()
        : this(StandardDescriptors.IsGiven(StandardDescriptors.Error) ? Console.OpenStandardError() : Stream.Null)
    {
    }

    internal StandardError(Stream stream)
    {
        _stream = stream;
        _writer = new Lazy<Thread>(StartWriter);
    }

    /// <inheritdoc/>
    public void WriteLine(string line)
    {
        if (_lines.IsAddingCompleted)
            return;
        _ = _writer.Value;
        if (!_lines.TryAdd(line))
            Interlocked.Increment(ref _leftOut);
    }

    /// <summary>Lets what waits go out, as far as somebody reads it within a second; what is said later is lost.</summary>
    public void Dispose()
    {
        _lines.CompleteAdding();
        if (_writer.IsValueCreated)
            _writer.Value.Join(LastWords);
    }

    private Thread StartWriter()
    {
        var thread = new Thread(WriteAll) { IsBackground = true, Name = "stderr" };
        thread.Start();
        return thread;
    }

    private void WriteAll()
    {
        foreach (string line in _lines.GetConsumingEnumerable())
        {
            Write(line);
            int leftOut = Interlocked.Exchange(ref _leftOut, 0);
            if (leftOut > 0)
                Write(string.Create(CultureInfo.InvariantCulture, $"pieces: {leftOut} lines were left out: nobody read them in time"));
        }
    }

    private void Write(string line)
    {
        if (_isBroken)
            return;
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(line + '\n'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is nobody left to tell, and a transfer does not end for want of listeners.
            _isBroken = true;
        }
    }
}
