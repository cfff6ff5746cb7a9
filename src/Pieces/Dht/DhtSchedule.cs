namespace Pieces.Dht;

/// <summary>
/// Decides when a torrent is searched for and announced: often while it knows no peers, otherwise about every 15 minutes. Reads no clock: times are
/// passed in, relative to the start of the torrent.
/// </summary>
internal sealed class DhtSchedule
{
    /// <summary>Time between announces when peers are known: half of the 30 minutes for which nodes keep an announced peer.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    /// <summary>Wait after the first search that found no peers. It doubles with each further one, up to <see cref="Interval"/>.</summary>
    public static readonly TimeSpan FirstUnreplicatedWait = TimeSpan.FromSeconds(30);

    /// <summary>Wait after the first search without any reply. It doubles with each further one, up to <see cref="LastDeafWait"/>.</summary>
    public static readonly TimeSpan FirstDeafWait = TimeSpan.FromSeconds(3);

    /// <summary>Maximum wait after searches without any reply. Meanwhile the node itself keeps looking for nodes.</summary>
    public static readonly TimeSpan LastDeafWait = TimeSpan.FromMinutes(1);

    /// <summary>Minimum time between searches while the torrent needs peers.</summary>
    public static readonly TimeSpan NeedyInterval = TimeSpan.FromMinutes(2);

    /// <summary>Relative random variation of a wait: ±10 %.</summary>
    public const double Jitter = 0.1;

    private readonly Random _random;
    private TimeSpan _endedAt;
    private bool _isBusy;
    private int _lonely;
    private int _deaf;

    /// <summary>Creates a schedule whose first search is due at once.</summary>
    public DhtSchedule(Random random) => _random = random;

    /// <summary>When the next search is due; null while a search is running.</summary>
    public TimeSpan? NextAt => _isBusy ? null : DueAt;

    private TimeSpan DueAt { get; set; }

    /// <summary>A search has started.</summary>
    public void Begin() => _isBusy = true;

    /// <summary>The search has ended.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="answers">Number of nodes that replied.</param>
    /// <param name="peers">Number of peers they returned, possibly including ourselves.</param>
    public void End(TimeSpan now, int answers, int peers)
    {
        _isBusy = false;
        _endedAt = now;
        _deaf = answers == 0 ? _deaf + 1 : 0;
        _lonely = answers > 0 && peers == 0 ? _lonely + 1 : 0;
        TimeSpan wait = _deaf > 0 ? Doubled(FirstDeafWait, _deaf, LastDeafWait)
            : _lonely > 0 ? Doubled(FirstUnreplicatedWait, _lonely, Interval)
            : Interval;
        DueAt = now + (wait * (1 - Jitter + (2 * Jitter * _random.NextDouble())));
    }

    /// <summary>The torrent is running out of peers: the next search is brought forward.</summary>
    public void NeedPeers()
    {
        TimeSpan soon = _endedAt + NeedyInterval;
        if (soon < DueAt)
            DueAt = soon;
    }

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan most)
    {
        TimeSpan wait = first * Math.Pow(2, Math.Min(times - 1, 20));
        return wait < most ? wait : most;
    }
}
