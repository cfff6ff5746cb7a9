namespace Pieces.Providers;

/// <summary>Counts bytes: in total, and over the last seconds with a resolution of one second. O(1).</summary>
internal sealed class RateMeter
{
    /// <summary>Averaging time for the choker, in seconds (BEP 3: a rolling 20-second average).</summary>
    public const int DefaultSeconds = 20;

    private readonly long _frequency;
    private readonly int _seconds;

    // Null until there is something to count: most peers neither send nor receive anything.
    private long[]? _buckets;
    private readonly long _begin;
    private long _second;
    private long _sum;

    /// <summary>Creates a meter that starts at <paramref name="now"/>.</summary>
    /// <param name="time">Provides the timestamp frequency.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="seconds">Averaging time, in seconds.</param>
    public RateMeter(TimeProvider time, long now, int seconds = DefaultSeconds)
    {
        _frequency = time.TimestampFrequency;
        _seconds = seconds;
        _begin = now;
    }

    /// <summary>Bytes since the start.</summary>
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

    /// <summary>Returns the current rate, in bytes per second.</summary>
    public double BytesPerSecond(long now)
    {
        Advance(now);

        // The bucket of the current second is incomplete, so only its elapsed part counts. In the beginning, at least one second counts.
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
