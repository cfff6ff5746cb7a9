using System.Threading.Tasks.Sources;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// A pending read or write at one end of a stream; reusable. After success the waiting code continues synchronously, which saves a work item. After a
/// failure it continues on the thread pool, because the failure may be caused by its own closing of the stream.
/// </summary>
internal sealed class PendingTransfer<TMemory> : IValueTaskSource<int>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<int> _core;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    /// <summary>Whether an operation is waiting.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>The bytes that remain to be filled or sent.</summary>
    public TMemory? Memory { get; set; }

    /// <summary>Begins to wait. Returns the token for a task of this source.</summary>
    public short Begin(TMemory memory, CancellationToken cancellationToken)
    {
        if (IsWaiting)
            throw new InvalidOperationException("two wait for one end of a stream");
        cancellationToken.ThrowIfCancellationRequested();
        _core.Reset();
        Memory = memory;
        IsWaiting = true;
        if (cancellationToken != _token)
        {
            // All waits with the same token share one registration, because there are millions of waits.
            _registration.Dispose();
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static (self, token) => ((PendingTransfer<TMemory>)self!).Cancel(token), this);
        }

        return _core.Version;
    }

    /// <summary>The transfer has succeeded.</summary>
    public void Succeed(int count)
    {
        End();
        _core.RunContinuationsAsynchronously = false;
        _core.SetResult(count);
    }

    /// <summary>The transfer has failed. Has no effect if no operation is waiting.</summary>
    public void Fail(Exception reason)
    {
        if (!IsWaiting)
            return;
        End();
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(reason);
    }

    /// <summary>Releases the registration. No operation may wait afterwards.</summary>
    public void Close() => _registration.Dispose();

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        if (token == _token)
            Fail(new OperationCanceledException(token));
    }

    private void End()
    {
        IsWaiting = false;
        Memory = default;
    }
}
