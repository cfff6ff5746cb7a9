namespace Pieces.Dht.Queries;

/// <summary>
/// How long answers take, learned from those that came: what is later than nearly all of them is probably not coming, and somebody else is asked
/// meanwhile. Pure.
/// </summary>
internal sealed class RoundTrips
{
    /// <summary>Patience while nothing is known.</summary>
    public static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(800);

    /// <summary>Least patience.</summary>
    public static readonly TimeSpan LeastPatience = TimeSpan.FromMilliseconds(60);

    /// <summary>Most patience.</summary>
    public static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(2);

    /// <summary>Answers that are remembered: the latest ones.</summary>
    public const int Window = 64;

    /// <summary>Answers after which they are taken at their word.</summary>
    public const int EnoughSamples = 8;

    private readonly TimeSpan[] _samples = new TimeSpan[Window];
    private TimeSpan[]? _sorted;
    private int _count;
    private int _next;
    private TimeSpan _patience = FirstPatience;
    private bool _isDirty;

    /// <summary>Takes note of an answer.</summary>
    public void Add(TimeSpan roundTrip)
    {
        _samples[_next] = roundTrip;
        _next = (_next + 1) % Window;
        _count = Math.Min(_count + 1, Window);
        _isDirty = true;
    }

    /// <summary>
    /// How long to wait for a node before another one is asked beside it: the 95th percentile over all nodes; for one that is known to be quick or
    /// slow, four times its own time if that is nearer to it.
    /// </summary>
    /// <param name="known">What is known of the node itself, or null.</param>
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
        // A quarter on top: the sample is small, and what it has not seen yet is later.
        _patience = Clamp(_sorted[Math.Min(_count - 1, (int)(0.95 * _count))] * 1.25);
        return _patience;
    }
}
