using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>
/// A token bucket: limits bytes a second, first come first served. Limiters nest (peer in torrent in client): what is taken here is taken from every
/// parent too. Safe for all threads. Its only lock guards its own numbers.
/// </summary>
internal sealed class RateLimiter : IDisposable
{
    /// <summary>What may go out at once after a pause, in time at the full rate: short, so that a limit holds within any second.</summary>
    public static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(200);

    // One grant: large enough for few wake-ups, short enough that many peers take turns within a second.
    private const double QuantumSeconds = 0.1;
    private const int MinQuantum = 1024;
    private const int MaxQuantum = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly RateLimiter? _parent;
    private readonly ITimer _timer;
    private readonly Queue<Waiter> _waiters = new();
    private long _bytesPerSecond;
    private double _tokens;
    private long _refilledAt;

    /// <summary>Makes a limiter inside <paramref name="parent"/>, or on its own.</summary>
    public RateLimiter(TimeProvider timeProvider, ByteRate rate, RateLimiter? parent = null)
    {
        _timeProvider = timeProvider;
        _parent = parent;
        _refilledAt = timeProvider.GetTimestamp();
        _bytesPerSecond = Math.Max(0, rate.BytesPerSecond);
        _tokens = Capacity;
        _timer = timeProvider.CreateTimer(static state => ((RateLimiter)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The limit; may be changed at any time and then holds for those who wait already.</summary>
    public ByteRate Rate
    {
        get => new(Interlocked.Read(ref _bytesPerSecond));
        set
        {
            lock (_gate)
            {
                Refill();
                Interlocked.Exchange(ref _bytesPerSecond, Math.Max(0, value.BytesPerSecond));
                _tokens = Math.Clamp(_tokens, -Capacity, Capacity);
                Grant();
            }
        }
    }

    /// <summary>Most bytes to acquire at one time, here and in every parent; <see cref="int.MaxValue"/> when nothing is limited.</summary>
    public int Quantum
    {
        get
        {
            long rate = Interlocked.Read(ref _bytesPerSecond);
            int own = rate == 0 ? int.MaxValue : (int)Math.Clamp(rate * QuantumSeconds, MinQuantum, MaxQuantum);
            return _parent is null ? own : Math.Min(own, _parent.Quantum);
        }
    }

    private double Capacity => Math.Max(1, _bytesPerSecond * Burst.TotalSeconds);

    /// <summary>
    /// Waits until <paramref name="bytes"/> may pass. A grant may overdraw the bucket, and the next one waits for that: so an amount above the burst
    /// passes too, and the average is exact. Costs nothing when nothing is limited.
    /// </summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancellationToken)
    {
        for (RateLimiter? limiter = this; limiter is not null; limiter = limiter._parent)
        {
            if (!limiter.TryTake(bytes))
                return AcquireSlowlyAsync(limiter, bytes, cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Gives back what was acquired and not used.</summary>
    public void Refund(int bytes)
    {
        for (RateLimiter? limiter = this; limiter is not null && bytes > 0; limiter = limiter._parent)
            limiter.GiveBack(bytes);
    }

    /// <summary>Stops the timer; nobody may wait any more.</summary>
    public void Dispose() => _timer.Dispose();

    private async ValueTask AcquireSlowlyAsync(RateLimiter first, int bytes, CancellationToken cancellationToken)
    {
        RateLimiter? limiter = first;
        try
        {
            for (; limiter is not null; limiter = limiter._parent)
            {
                if (!limiter.TryTake(bytes))
                    await limiter.WaitAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            for (RateLimiter? taken = this; taken is not null && taken != limiter; taken = taken._parent)
                taken.GiveBack(bytes);
            throw;
        }
    }

    private bool TryTake(int bytes)
    {
        if (Interlocked.Read(ref _bytesPerSecond) == 0)
            return true;
        lock (_gate)
        {
            Refill();
            if (_waiters.Count > 0 || _tokens <= 0)
                return _bytesPerSecond == 0;
            _tokens -= bytes;
            return true;
        }
    }

    private async Task WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(bytes);
        lock (_gate)
        {
            _waiters.Enqueue(waiter);
            Grant();
        }

        using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).Granted.TrySetCanceled(token), waiter);
        await waiter.Granted.Task.ConfigureAwait(false);
    }

    private void GiveBack(int bytes)
    {
        if (Interlocked.Read(ref _bytesPerSecond) == 0)
            return;
        lock (_gate)
        {
            _tokens = Math.Min(Capacity, _tokens + bytes);
            Grant();
        }
    }

    private void OnTimer()
    {
        lock (_gate)
            Grant();
    }

    // Under the lock. Continuations of waiters run elsewhere, so completing them here calls nobody.
    private void Grant()
    {
        Refill();
        while (_waiters.TryPeek(out Waiter? waiter) && (_tokens > 0 || _bytesPerSecond == 0))
        {
            _waiters.Dequeue();
            if (waiter.Granted.TrySetResult())
                _tokens -= waiter.Bytes;
        }

        if (_waiters.Count > 0)
        {
            double seconds = (1 - _tokens) / _bytesPerSecond;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(seconds * 1000))), Timeout.InfiniteTimeSpan);
        }
    }

    private void Refill()
    {
        long now = _timeProvider.GetTimestamp();
        double seconds = _timeProvider.GetElapsedTime(_refilledAt, now).TotalSeconds;
        _refilledAt = now;
        _tokens = _bytesPerSecond == 0 ? Capacity : Math.Min(Capacity, _tokens + (seconds * _bytesPerSecond));
    }

    private sealed record Waiter(int Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
