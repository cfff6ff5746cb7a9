namespace Pieces.Providers;

/// <summary>Bytes over the last seconds, in steps of a second, and in total. O(1).</summary>
internal sealed class RateMeter
{
    /// <summary>Seconds that the choker looks back (BEP 3 says: a rolling 20-second average).</summary>
    public const int DefaultSeconds = 20;

    private readonly long _frequency;
    private readonly int _seconds;

    // Null until there is something to count: most peers neither send nor take anything.
    private long[]? _buckets;
    private readonly long _begin;
    private long _second;
    private long _sum;

    /// <summary>Makes a meter that begins at <paramref name="now"/>.</summary>
    /// <param name="time">Says how many ticks a timestamp has to the second.</param>
    /// <param name="now">A timestamp.</param>
    /// <param name="seconds">How far it looks back.</param>
    public RateMeter(TimeProvider time, long now, int seconds = DefaultSeconds)
    {
        _frequency = time.TimestampFrequency;
        _seconds = seconds;
        _begin = now;
    }

    /// <summary>Bytes since the beginning.</summary>
    public long Total { get; private set; }

    /// <summary>Counts bytes.</summary>
    public void Add(long bytes, long now)
    {
        Advance(now);
        _buckets ??= new long[_seconds];
        _buckets[_second % _seconds] += bytes;
        _sum += bytes;
        Total += bytes;
    }

    /// <summary>The present rate.</summary>
    public double BytesPerSecond(long now)
    {
        Advance(now);

        // The bucket of this second is not full yet: what has passed of it counts, and at the beginning at least one second.
        double passed = (double)(now - _begin) / _frequency;
        double window = Math.Min(passed, _seconds - 1 + (passed - Math.Floor(passed)));
        return _sum / Math.Max(window, 1);
    }

    private void Advance(long now)
    {
        long second = (now - _begin) / _frequency;
        long steps = _buckets is null ? 0 : Math.Min(second - _second, _seconds);
        for (long i = 0; i < steps; i++)
        {
            ref long bucket = ref _buckets![(second - i) % _seconds];
            _sum -= bucket;
            bucket = 0;
        }

        _second = Math.Max(second, _second);
    }
}
