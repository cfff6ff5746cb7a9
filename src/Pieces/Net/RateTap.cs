namespace Pieces.Net;

/// <summary>One direction of one stream as a user of rate limiters: records how many bytes it received from each of them. Not thread-safe.</summary>
internal sealed class RateTap
{
    private readonly RateLimiter _limiter;
    private readonly long[] _had;

    /// <summary>Creates a tap limited by <paramref name="limiter"/> and its parents.</summary>
    public RateTap(RateLimiter limiter)
    {
        _limiter = limiter;
        _had = new long[limiter.Depth + 1];
    }

    /// <summary>Whether there is a limit now.</summary>
    public bool IsLimited => _limiter.IsLimited;

    /// <summary>Maximum number of bytes to acquire in one call; <see cref="int.MaxValue"/> if nothing is limited.</summary>
    public int Quantum => _limiter.Quantum;

    /// <summary>Waits until <paramref name="bytes"/> may be transferred. Costs nothing if nothing is limited.</summary>
    public ValueTask AcquireAsync(int bytes, CancellationToken cancellationToken)
    {
        for (RateLimiter? limiter = _limiter; limiter is not null; limiter = limiter.Parent)
        {
            if (!limiter.TryTake(this, bytes))
                return AcquireSlowlyAsync(limiter, bytes, cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Returns bytes that were acquired and not used.</summary>
    public void Refund(int bytes)
    {
        for (RateLimiter? limiter = _limiter; limiter is not null && bytes > 0; limiter = limiter.Parent)
            limiter.GiveBack(this, bytes);
    }

    /// <summary>Bytes that this tap received from a limiter, counted from its start position; to be used by that limiter, under its lock.</summary>
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
