namespace Pieces.Net;

/// <summary>One direction of one stream, as limiters know it: what it may take next, and how much it had at each of them. For one user at a time.</summary>
internal sealed class RateTap
{
    private readonly RateLimiter _limiter;
    private readonly long[] _had;

    /// <summary>Makes a tap that is limited by <paramref name="limiter"/> and everything that it is inside of.</summary>
    public RateTap(RateLimiter limiter)
    {
        _limiter = limiter;
        _had = new long[limiter.Depth + 1];
    }

    /// <summary>Whether there is a limit at this moment.</summary>
    public bool IsLimited => _limiter.IsLimited;

    /// <summary>Most bytes to acquire at one time; <see cref="int.MaxValue"/> when nothing is limited.</summary>
    public int Quantum => _limiter.Quantum;

    /// <summary>Waits until <paramref name="bytes"/> may pass. Costs nothing when nothing is limited.</summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancellationToken)
    {
        for (RateLimiter? limiter = _limiter; limiter is not null; limiter = limiter.Parent)
        {
            if (!limiter.TryTake(this, bytes))
                return AcquireSlowlyAsync(limiter, bytes, cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Gives back what was acquired and not used.</summary>
    public void Refund(int bytes)
    {
        for (RateLimiter? limiter = _limiter; limiter is not null && bytes > 0; limiter = limiter.Parent)
            limiter.GiveBack(this, bytes);
    }

    /// <summary>Bytes that this tap had at a limiter, counted from where it came in; for that limiter, under its lock.</summary>
    internal ref long Had(RateLimiter limiter) => ref _had[limiter.Depth];

    private async ValueTask AcquireSlowlyAsync(RateLimiter first, int bytes, CancellationToken cancellationToken)
    {
        RateLimiter? limiter = first;
        try
        {
            for (; limiter is not null; limiter = limiter.Parent)
            {
                if (!limiter.TryTake(this, bytes))
                    await limiter.WaitAsync(this, bytes, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            for (RateLimiter? taken = _limiter; taken is not null && taken != limiter; taken = taken.Parent)
                taken.GiveBack(this, bytes);
            throw;
        }
    }
}
