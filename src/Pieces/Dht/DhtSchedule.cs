namespace Pieces.Dht;

/// <summary>
/// Decides when a torrent is searched for and announced: soon and often while it knows nobody, about every quarter of an hour when all is well. Pure:
/// times are handed in, as time since the torrent was started.
/// </summary>
internal sealed class DhtSchedule
{
    /// <summary>Time between announces when peers are known: half of what nodes remember them for.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(15);

    /// <summary>Wait after the first search that found nobody; doubled by each further one, up to <see cref="Interval"/>.</summary>
    public static readonly TimeSpan FirstLonelyWait = TimeSpan.FromSeconds(30);

    /// <summary>Wait after the first search that no node answered; doubled by each further one, up to <see cref="LastDeafWait"/>.</summary>
    public static readonly TimeSpan FirstDeafWait = TimeSpan.FromSeconds(3);

    /// <summary>Longest wait for nodes that answer: the node itself goes on looking for some.</summary>
    public static readonly TimeSpan LastDeafWait = TimeSpan.FromMinutes(1);

    /// <summary>Least time between searches while peers are needed.</summary>
    public static readonly TimeSpan NeedyInterval = TimeSpan.FromMinutes(2);

    /// <summary>Part of a wait that is left to chance.</summary>
    public const double Jitter = 0.1;

    private readonly Random _random;
    private TimeSpan _endedAt;
    private bool _isBusy;
    private int _lonely;
    private int _deaf;

    /// <summary>Makes one whose first search is due at once.</summary>
    public DhtSchedule(Random random) => _random = random;

    /// <summary>When the next search is due; null while one is under way.</summary>
    public TimeSpan? NextAt => _isBusy ? null : DueAt;

    private TimeSpan DueAt { get; set; }

    /// <summary>A search is under way.</summary>
    public void Begin() => _isBusy = true;

    /// <summary>The search has ended.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="answers">Nodes that answered.</param>
    /// <param name="peers">Peers that they named, ourselves counted or not.</param>
    public void End(TimeSpan now, int answers, int peers)
    {
        _isBusy = false;
        _endedAt = now;
        _deaf = answers == 0 ? _deaf + 1 : 0;
        _lonely = answers > 0 && peers == 0 ? _lonely + 1 : 0;
        TimeSpan wait = _deaf > 0 ? Doubled(FirstDeafWait, _deaf, LastDeafWait)
            : _lonely > 0 ? Doubled(FirstLonelyWait, _lonely, Interval)
            : Interval;
        DueAt = now + (wait * (1 - Jitter + (2 * Jitter * _random.NextDouble())));
    }

    /// <summary>Peers run out: the next search comes sooner.</summary>
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
