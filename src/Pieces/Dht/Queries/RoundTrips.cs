namespace Pieces.Dht.Queries;

/// <summary>
/// Statistics of round-trip times. A reply that is later than nearly all previous ones is probably lost, and another node is queried meanwhile. Reads
/// no clock.
/// </summary>
internal sealed class RoundTrips
{
    /// <summary>Time until a pending query counts as slow, while there are too few samples.</summary>
    public static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(800);

    /// <summary>Minimum time until a pending query counts as slow.</summary>
    public static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(60);

    /// <summary>Maximum time until a pending query counts as slow.</summary>
    public static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(2);

    /// <summary>Number of latest samples kept.</summary>
    public const int Window = 64;

    /// <summary>Minimum number of samples from which the timeout is computed.</summary>
    public const int EnoughSamples = 8;

    private readonly TimeSpan[] _samples = new TimeSpan[Window];
    private TimeSpan[]? _sorted;
    private int _count;
    private int _next;
    private TimeSpan _patience = FirstPatience;
    private bool _isDirty;

    /// <summary>Adds a sample.</summary>
    public void Add(TimeSpan roundTrip)
    {
        _samples[_next] = roundTrip;
        _next = (_next + 1) % Window;
        _count = Math.Min(_count + 1, Window);
        _isDirty = true;
    }

    /// <summary>
    /// How long to wait for a node before another one is queried in parallel. This is the 95th percentile over all nodes plus a quarter. For a node
    /// with a known round-trip time it is four times that time, limited to between half and twice the overall value.
    /// </summary>
    /// <param name="known">Round-trip time of the node itself, or null.</param>
    public TimeSpan PatienceFor(TimeSpan? known)
    {
        TimeSpan overall = Overall();
        if (known is not { } own)
            return overall;
        TimeSpan wanted = 4 * own;
        TimeSpan least = overall / 2;
        TimeSpan most = 2 * overall;
        return Clamp(wanted < least ? least : wanted > most ? most : wanted);
    }

    private static TimeSpan Clamp(TimeSpan value) => value < LeastPatience ? LeastPatience : value > MostPatience ? MostPatience : value;

    private TimeSpan Overall()
    {
        if (!_isDirty || _count < EnoughSamples)
            return _patience;
        _isDirty = false;
        _sorted ??= new TimeSpan[Window];
        Array.Copy(_samples, _sorted, _count);
        Array.Sort(_sorted, 0, _count);
        // A quarter is added because the sample is small and later replies are still to be expected.
        _patience = Clamp(_sorted[Math.Min(_count - 1, (int)(0.95 * _count))] * 1.25);
        return _patience;
    }
}
