using System.Diagnostics.CodeAnalysis;
using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>
/// A token bucket: limits bytes a second and shares them out evenly. Limiters nest (peer in torrent in client): what is taken here is taken from every
/// parent too. Who takes is a <see cref="RateTap"/>; among those that wait, it is the turn of the one that will have had least, counted in bytes: nobody
/// gains by larger or more frequent wishes, small ones go first, and who was silent does not make up for it (fair queueing). Safe for all threads. Its only lock
/// guards its own numbers, and is not taken while there is no limit.
/// </summary>
internal sealed class RateLimiter : IDisposable
{
    /// <summary>What may pass at once after a pause in which nobody wanted anything, in time at the full rate: short, so that a limit holds in any second.</summary>
    public static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    /// <summary>What may pass at once when somebody waited all the while and the timer was late: what a busy machine, or a clock that goes in steps,
    /// has held up is made up for as far as this.</summary>
    public static readonly TimeSpan LateBurst = TimeSpan.FromMilliseconds(500);

    // One that is served stays so for about a piece when it goes on wanting, as far as that is a sixteenth of a second's worth: a peer that has a whole piece soon
    // can give it on, while many that have parts of it can give nothing.
    private const double TurnSeconds = 0.0625;
    private const int LongestTurn = 256 * 1024;

    // One grant is a fiftieth of a second: many take turns within a second, and the bucket is overdrawn by no more. At low rates it is a twentieth, for
    // the sake of fewer and larger segments.
    private const int GrantsPerSecond = 50;
    private const int FewestGrantsPerSecond = 20;
    private const int LargestSmallGrant = 1024;
    private const int LargestGrant = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly PriorityQueue<Waiter, (long End, long Order)> _waiters = new();
    private ITimer? _timer;
    private bool _isDisposed;
    private long _bytesPerSecond;
    private double _tokens;
    private long _refilledAt;
    private int _sharers;
    private readonly bool _hasTurns;
    private RateTap? _turnOf;
    private long _turnLeft;
    private Waiter? _next;

    // Bytes that the one who was served last had had by then: who comes anew begins there.
    private long _served;
    private long _order;

    /// <summary>Makes a limiter inside <paramref name="parent"/>, or on its own.</summary>
    /// <param name="timeProvider">Clock.</param>
    /// <param name="rate">The limit.</param>
    /// <param name="parent">What it is inside of.</param>
    /// <param name="hasTurns">Whether one who goes on wanting is served for a while before the next, as is good for what we send.</param>
    public RateLimiter(TimeProvider timeProvider, ByteRate rate, RateLimiter? parent = null, bool hasTurns = false)
    {
        _hasTurns = hasTurns;
        _timeProvider = timeProvider;
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        _refilledAt = timeProvider.GetTimestamp();
        _bytesPerSecond = Math.Max(0, rate.BytesPerSecond);
    }

    /// <summary>What this one is inside of, or null.</summary>
    public RateLimiter? Parent { get; }

    /// <summary>Number of parents.</summary>
    public int Depth { get; }

    /// <summary>The limit; may be changed at any time and then holds for those who wait already.</summary>
    public ByteRate Rate
    {
        get => new(Volatile.Read(ref _bytesPerSecond));
        set
        {
            lock (_gate)
            {
                Refill();
                Volatile.Write(ref _bytesPerSecond, Math.Max(0, value.BytesPerSecond));
                _tokens = Math.Clamp(_tokens, -Worth(Burst), Worth(Burst));
                Grant();
            }
        }
    }

    /// <summary>Whether there is a limit, here or in a parent.</summary>
    public bool IsLimited
    {
        get
        {
            for (RateLimiter? limiter = this; limiter is not null; limiter = limiter.Parent)
            {
                if (Volatile.Read(ref limiter._bytesPerSecond) != 0)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Most bytes to acquire at one time, here and in every parent; <see cref="int.MaxValue"/> when nothing is limited.</summary>
    public int Quantum
    {
        get
        {
            int quantum = int.MaxValue;
            for (RateLimiter? limiter = this; limiter is not null; limiter = limiter.Parent)
            {
                if (Volatile.Read(ref limiter._bytesPerSecond) is not 0 and long rate)
                    quantum = Math.Min(quantum, QuantumOf(rate));
            }

            return quantum;
        }
    }

    /// <summary>What falls to each of those that share the limits here and above.</summary>
    public RateShare Share
    {
        get
        {
            RateShare share = RateShare.Unlimited;
            for (RateLimiter? limiter = this; limiter is not null; limiter = limiter.Parent)
            {
                int sharers = Math.Max(1, Volatile.Read(ref limiter._sharers));
                if (Volatile.Read(ref limiter._bytesPerSecond) is not 0 and long rate && (double)rate / sharers < share.BytesPerSecond)
                    share = new RateShare((double)rate / sharers, sharers);
            }

            return share;
        }
    }

    /// <summary>So many more want to have a share from now on, or fewer.</summary>
    public void AddSharers(int change)
    {
        for (RateLimiter? limiter = this; limiter is not null && change != 0; limiter = limiter.Parent)
            Interlocked.Add(ref limiter._sharers, change);
    }

    /// <summary>Counts what has passed already, such as a handshake: those who come next wait for it.</summary>
    public void Charge(int bytes)
    {
        for (RateLimiter? limiter = this; limiter is not null; limiter = limiter.Parent)
            limiter.Spend(bytes);
    }

    /// <summary>Stops the timer; nobody may wait any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    /// <summary>Takes tokens here and now, or not at all. A grant may overdraw the bucket, and the next one waits for that: so the average is exact.</summary>
    internal bool TryTake(RateTap tap, int bytes)
    {
        if (Volatile.Read(ref _bytesPerSecond) == 0)
            return true;
        lock (_gate)
        {
            Refill();
            if (_bytesPerSecond == 0)
                return true;
            if (_waiters.Count > 0 || _next is not null || _tokens <= 0)
                return false;
            long start = Begin(tap, bytes);
            Pass(tap, start, bytes);
            return true;
        }
    }

    /// <summary>Takes tokens here in turn with the others.</summary>
    internal async Task WaitAsync(RateTap tap, int bytes, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            waiter = new Waiter(tap, Begin(tap, bytes), bytes);
            if (tap == _turnOf && _turnLeft > 0 && _next is null)
                _next = waiter;
            else
                _waiters.Enqueue(waiter, (waiter.Start + bytes, _order++));
            Grant();
        }

        using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).Granted.TrySetCanceled(token), waiter);
        await waiter.Granted.Task.ConfigureAwait(false);
    }

    /// <summary>Takes back what was acquired here and not used.</summary>
    internal void GiveBack(RateTap tap, int bytes)
    {
        if (Volatile.Read(ref _bytesPerSecond) == 0)
            return;
        lock (_gate)
        {
            tap.Had(this) -= bytes;
            _tokens = Math.Max(_tokens, Math.Min(Worth(LateBurst), _tokens + bytes));
            Grant();
        }
    }

    private static int QuantumOf(long rate) =>
        (int)Math.Clamp(rate / GrantsPerSecond, Math.Clamp(rate / FewestGrantsPerSecond, 1, LargestSmallGrant), LargestGrant);

    private double Worth(TimeSpan time) => Math.Max(1, _bytesPerSecond * time.TotalSeconds);

    private void Spend(int bytes)
    {
        if (Volatile.Read(ref _bytesPerSecond) == 0)
            return;
        lock (_gate)
        {
            Refill();
            _tokens -= bytes;
        }
    }

    private void OnTimer()
    {
        lock (_gate)
            Grant();
    }

    // Under the lock. What this tap has had before these bytes; one that was silent begins where the others are.
    private long Begin(RateTap tap, int bytes)
    {
        ref long had = ref tap.Had(this);
        long start = Math.Max(had, _served);
        had = start + bytes;
        return start;
    }

    // Under the lock. Continuations of waiters run elsewhere, so completing them here calls nobody.
    private void Grant()
    {
        Refill();
        while ((_tokens > 0 || _bytesPerSecond == 0) && TryDequeue(out Waiter? waiter))
        {
            if (waiter.Granted.TrySetResult())
                Pass(waiter.Tap, waiter.Start, waiter.Bytes);
        }

        if ((_waiters.Count == 0 && _next is null) || _isDisposed)
            return;
        double milliseconds = Math.Max(1, Math.Ceiling((1 - _tokens) / _bytesPerSecond * 1000));
        _timer ??= _timeProvider.CreateTimer(
            static state => ((RateLimiter)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    // Under the lock.
    private bool TryDequeue([MaybeNullWhen(false)] out Waiter waiter)
    {
        (waiter, _next) = (_next, null);
        return waiter is not null || _waiters.TryDequeue(out waiter, out _);
    }

    // Under the lock.
    private void Pass(RateTap tap, long start, int bytes)
    {
        _tokens -= bytes;
        _served = Math.Max(_served, start);
        if (!_hasTurns)
            return;
        if (tap != _turnOf || _turnLeft <= 0)
            (_turnOf, _turnLeft) = (tap, (long)Math.Min(_bytesPerSecond * TurnSeconds, LongestTurn));
        _turnLeft -= bytes;
    }

    // Under the lock. What is there beyond a burst already stays: it was waited for.
    private void Refill()
    {
        long now = _timeProvider.GetTimestamp();
        double seconds = _timeProvider.GetElapsedTime(_refilledAt, now).TotalSeconds;
        _refilledAt = now;
        double most = Worth(_waiters.Count > 0 || _next is not null ? LateBurst : Burst);
        _tokens = _bytesPerSecond == 0 ? 0 : Math.Max(_tokens, Math.Min(most, _tokens + (seconds * _bytesPerSecond)));
    }

    private sealed record Waiter(RateTap Tap, long Start, int Bytes)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>One's share of a limit.</summary>
/// <param name="BytesPerSecond">Bytes a second; infinite when nothing is limited.</param>
/// <param name="Sharers">How many have one each.</param>
internal readonly record struct RateShare(double BytesPerSecond, int Sharers)
{
    /// <summary>That of no limit.</summary>
    public static RateShare Unlimited => new(double.PositiveInfinity, 1);
}
