namespace Pieces.Torrents;

/// <summary>
/// Limits the total bytes of received peer messages that wait for the loops of a client's torrents. Waiters are admitted in order. A loop never waits
/// for room itself, so room always becomes free. Thread-safe.
/// </summary>
internal sealed class InboxRoom
{
    /// <summary>
    /// Maximum bytes of received peer messages that wait for the loops. A single batch is always admitted when nothing else waits, whatever its size.
    /// </summary>
    public const long DefaultCapacity = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Waiter> _waiters = new();
    private readonly long _capacity;
    private long _used;

    public InboxRoom(long capacity = DefaultCapacity) => _capacity = capacity;

    /// <summary>Bytes that wait now.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>Waits for room. <see cref="Leave"/> releases it.</summary>
    public ValueTask EnterAsync(long bytes, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(bytes);
            _waiters.Enqueue(waiter);
        }

        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Releases room.</summary>
    public void Leave(long bytes)
    {
        lock (_gate)
        {
            _used -= bytes;
            while (_waiters.TryPeek(out Waiter? next) && (next.Task.IsCompleted || Fits(next.Bytes)))
            {
                _waiters.Dequeue();
                if (next.TrySetResult())
                    _used += next.Bytes;
            }
        }
    }

    private static async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        await waiter.Task.ConfigureAwait(false);
    }

    private bool Fits(long bytes) => _used == 0 || _used + bytes <= _capacity;

    private sealed class Waiter(long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Bytes { get; } = bytes;
    }
}
