using System.Threading.Tasks.Sources;

namespace Pieces.Peers;

/// <summary>
/// Wakes one waiting task. A signal set before the wait is kept; further ones are merged with it. The waiter never runs on the signaller's thread.
/// </summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private bool _isSet;
    private bool _isWaiting;

    /// <summary>Wakes the current waiter, or the next one.</summary>
    public void Set()
    {
        lock (_gate)
        {
            if (_isWaiting)
            {
                _isWaiting = false;
                _core.SetResult(true);
            }
            else
            {
                _isSet = true;
            }
        }
    }

    /// <summary>Waits for a signal. Only one waiter at a time, which must await the task exactly once.</summary>
    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            if (_isWaiting)
                throw new InvalidOperationException("two tasks wait for one signal");
            _isWaiting = true;
            _core.Reset();
            return new ValueTask(this, _core.Version);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
