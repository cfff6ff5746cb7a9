using System.Diagnostics.CodeAnalysis;
using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>
/// A token bucket that limits bytes per second and shares them fairly. Limiters nest (peer in torrent in client): bytes taken from a limiter are also
/// taken from every parent. Each user is a <see cref="RateTap"/>. Among waiting taps, the one that will have received the fewest bytes is next (fair
/// queueing): larger or more frequent requests gain nothing, small ones go first, and a tap that was idle does not catch up. Safe for all threads.
/// The only lock guards the limiter's own fields and is not taken while there is no limit.
/// </summary>
internal sealed class RateLimiter : IDisposable
{
    /// <summary>Burst after an idle period, as time at the full rate. It is short, so that the limit holds in any second.</summary>
    public static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Burst if a tap was waiting all the time and the timer fired late, as time at the full rate. It makes up for delays on a busy machine or by a
    /// coarse clock.
    /// </summary>
    public static readonly TimeSpan LateBurst = TimeSpan.FromMilliseconds(500);

    // A tap that keeps requesting is served for up to 1/16 s (at most 256 KiB, about one piece) before the next one. A peer with one whole piece can
    // upload it; ten peers with a tenth each cannot.
    private const double TurnSeconds = 0.0625;
    private const int LongestTurn = 256 * 1024;

    // One grant is 1/50 s of the rate, so that many taps are served within a second. The bucket is overdrawn by at most one grant. At low rates a
    // grant is 1/20 s of the rate (up to 1 KiB), for fewer and larger TCP segments.
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

    // Start position of the tap that was served last: a new or idle tap starts there.
    private long _served;
    private long _order;

    /// <summary>Creates a limiter, nested in <paramref name="parent"/> if there is one.</summary>
    /// <param name="timeProvider">Clock.</param>
    /// <param name="rate">The limit.</param>
    /// <param name="parent">The enclosing limiter, or null.</param>
    /// <param name="hasTurns">Whether a tap that keeps requesting is served for a while before the next one; meant for uploads.</param>
    public RateLimiter(TimeProvider timeProvider, ByteRate rate, RateLimiter? parent = null, bool hasTurns = false)
    {
        _hasTurns = hasTurns;
        _timeProvider = timeProvider;
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        _refilledAt = timeProvider.GetTimestamp();
        _bytesPerSecond = Math.Max(0, rate.BytesPerSecond);
    }

    /// <summary>The enclosing limiter, or null.</summary>
    public RateLimiter? Parent { get; }

    /// <summary>Number of parents.</summary>
    public int Depth { get; }

    /// <summary>The limit. It may be changed at any time and then also applies to waiting taps.</summary>
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

    /// <summary>
    /// Maximum number of bytes to acquire in one call, given the limits here and in every parent; <see cref="int.MaxValue"/> if nothing is limited.
    /// </summary>
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

    /// <summary>The fair share of one user of this limiter: the smallest over this limiter and its parents.</summary>
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

    /// <summary>Changes the number of users that share this limiter and its parents.</summary>
    public void AddSharers(int change)
    {
        for (RateLimiter? limiter = this; limiter is not null && change != 0; limiter = limiter.Parent)
            Interlocked.Add(ref limiter._sharers, change);
    }

    /// <summary>Counts bytes that have already been transferred, such as a handshake; later requests wait for them.</summary>
    public void Charge(int bytes)
    {
        for (RateLimiter? limiter = this; limiter is not null; limiter = limiter.Parent)
            limiter.Spend(bytes);
    }

    /// <summary>Stops the timer; no tap may wait any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    /// <summary>
    /// Takes tokens without waiting, or fails. A grant may overdraw the bucket and the next one waits for the deficit, so the average rate is exact.
    /// </summary>
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

    /// <summary>Takes tokens when it is this tap's turn.</summary>
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

    /// <summary>Returns bytes that were acquired and not used.</summary>
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

    // Under the lock. Returns the bytes that this tap received before this request; an idle tap starts where the others are.
    private long Begin(RateTap tap, int bytes)
    {
        ref long had = ref tap.Had(this);
        long start = Math.Max(had, _served);
        had = start + bytes;
        return start;
    }

    // Under the lock. Continuations of waiters run asynchronously, so completing them here does not run their code under the lock.
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

    // Under the lock. Tokens above the burst that are already in the bucket stay: a tap has waited for them.
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

/// <summary>The share of one user of a limit.</summary>
/// <param name="BytesPerSecond">Bytes per second; infinite if nothing is limited.</param>
/// <param name="Sharers">Number of users that share the limit.</param>
internal readonly record struct RateShare(double BytesPerSecond, int Sharers)
{
    /// <summary>The share without a limit.</summary>
    public static RateShare Unlimited => new(double.PositiveInfinity, 1);
}
