using System.Buffers;
using System.Collections.Concurrent;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Terminal;

/// <summary>
/// Writes items to an output on a thread of its own, so that a slow reader only blocks this thread. Queued items are converted to bytes only when
/// they are written. Thread-safe.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
internal sealed class OutputPump<T> : IAsyncDisposable
{
    private readonly IByteOutput _output;
    private readonly Action<T, IBufferWriter<byte>> _format;
    private readonly Action<Outcome> _onFailure;
    private readonly BlockingCollection<T> _waiting = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Thread> _thread;
    private volatile bool _isBroken;

    /// <param name="output">The output. From now on, only the pump may write to it.</param>
    /// <param name="format">Converts an item to bytes. Called on the pump's thread.</param>
    /// <param name="onFailure">Called once, on the pump's thread, if the output can no longer be written. Items that are added later are
    /// discarded.</param>
    public OutputPump(IByteOutput output, Action<T, IBufferWriter<byte>> format, Action<Outcome> onFailure)
    {
        _output = output;
        _format = format;
        _onFailure = onFailure;
        _thread = new Lazy<Thread>(Start);
    }

    /// <summary>Number of queued items.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Queues an item.</summary>
    public void Add(T thing)
    {
        if (_isBroken)
            return;
        _ = _thread.Value;
        _waiting.Add(thing);
    }

    /// <summary>Waits until everything is written, however long the reader takes. No item may be added after that.</summary>
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
#pragma warning disable CA1031 // Any exception ends the run through onFailure, because a thread has no caller that could handle it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _isBroken = true;
            _onFailure(Outcome.Of(e));
            foreach (T _ in _waiting.GetConsumingEnumerable())
            {
                // The output can no longer be written, so the items are discarded.
            }
        }
        finally
        {
            _over.SetResult();
        }
    }
}
