using System.Buffers;
using System.Collections.Concurrent;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Writes things to an output on a thread of its own, so that a reader who is slow, or does not read at all, holds up nobody but that thread. What
/// waits is kept as it is and becomes bytes when its turn comes. Safe for all threads.
/// </summary>
/// <typeparam name="T">What is written.</typeparam>
internal sealed class OutputPump<T> : IAsyncDisposable
{
    private readonly IByteOutput _output;
    private readonly Action<T, IBufferWriter<byte>> _format;
    private readonly Action<Outcome> _onFailure;
    private readonly BlockingCollection<T> _waiting = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Thread> _thread;
    private volatile bool _isBroken;

    /// <param name="output">Where the bytes go; from now on nobody else writes there.</param>
    /// <param name="format">Makes bytes of one thing; called on the pump's thread.</param>
    /// <param name="onFailure">Hears, once, that the output takes no more; called on the pump's thread. What is added later goes nowhere.</param>
    public OutputPump(IByteOutput output, Action<T, IBufferWriter<byte>> format, Action<Outcome> onFailure)
    {
        _output = output;
        _format = format;
        _onFailure = onFailure;
        _thread = new Lazy<Thread>(Start);
    }

    /// <summary>How many things wait to be written.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Puts a thing in line.</summary>
    public void Add(T thing)
    {
        if (_isBroken)
            return;
        _ = _thread.Value;
        _waiting.Add(thing);
    }

    /// <summary>Waits until everything is written, however long the reader takes. Nothing may be added after that.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.CompleteAdding();
        if (_thread.IsValueCreated)
            await _over.Task;
        _waiting.Dispose();
    }

    private Thread Start()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "output" };
        thread.Start();
        return thread;
    }

    private void Run()
    {
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            foreach (T thing in _waiting.GetConsumingEnumerable())
            {
                bytes.ResetWrittenCount();
                _format(thing, bytes);
                _output.Write(bytes.WrittenSpan);
                if (_waiting.Count == 0)
                    _output.Flush();
            }
        }
#pragma warning disable CA1031 // Whatever it was, the run ends with it: a thread has nobody above it who could say so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _isBroken = true;
            _onFailure(Outcome.Of(e));
            foreach (T _ in _waiting.GetConsumingEnumerable())
            {
                // Nobody takes it any more.
            }
        }
        finally
        {
            _over.SetResult();
        }
    }
}
