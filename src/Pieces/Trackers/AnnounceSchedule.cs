using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>
/// Decides which tracker to announce to next, and when (BEP 12, BEP 31). Reads no clock: times are passed in, relative to the start of the client. A
/// tier's trackers are shuffled once; a tracker that responds moves to the front of its tier. A later tier is used only if all trackers of earlier
/// tiers failed or have not responded yet, or, while peers are needed, if they returned no peers. An untried tracker comes before a failed one.
/// </summary>
internal sealed class AnnounceSchedule
{
    /// <summary>Time between announces if the tracker does not state it.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(30);

    /// <summary>Minimum time between announces if the tracker does not state it.</summary>
    public static readonly TimeSpan DefaultMinInterval = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Replaces <see cref="DefaultMinInterval"/> during <see cref="EarlyDays"/> while no tracker has returned peers: others may be about to join the
    /// swarm.
    /// </summary>
    public static readonly TimeSpan LonelyMinInterval = TimeSpan.FromSeconds(20);

    /// <summary>How long after the start <see cref="LonelyMinInterval"/> applies.</summary>
    public static readonly TimeSpan EarlyDays = TimeSpan.FromMinutes(5);

    /// <summary>Minimum interval that a tracker can set; shorter ones would flood it.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>Maximum interval that a tracker can set.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(4);

    /// <summary>Back-off after the first failure; doubled by each further one.</summary>
    public static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(5);

    /// <summary>Maximum back-off after failures.</summary>
    public static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(30);

    /// <summary>Relative random variation of a back-off (±20 %), so that not all clients of a failed tracker return at the same time.</summary>
    public const double Jitter = 0.2;

    /// <summary>Time that a tracker may take to respond before we announce to the next trackers in parallel.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Replaces <see cref="Patience"/> for private torrents, which are announced to their trackers strictly in order.</summary>
    public static readonly TimeSpan StrictPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Maximum number of pending announces that have not exceeded <see cref="Patience"/>. Until one tracker exceeds it, only one announce is pending.
    /// </summary>
    public const int MaxFresh = 4;

    private readonly List<List<TrackerSlot>> _tiers = [];
    private readonly bool _isStrict;
    private readonly Random _random;
    private bool _hasSeenPeers;

    /// <summary>Creates a schedule and shuffles each tier.</summary>
    /// <param name="tiers">The trackers; empty tiers are ignored.</param>
    /// <param name="random">Must not be shared with other objects.</param>
    /// <param name="isStrict">Never use a later tier while an earlier one responds, even without peers (private torrents, BEP 27).</param>
    public AnnounceSchedule(IEnumerable<IReadOnlyList<ITracker>> tiers, Random random, bool isStrict = false)
    {
        _random = random;
        _isStrict = isStrict;
        foreach (IReadOnlyList<ITracker> tier in tiers)
            Add(tier);
    }

    /// <summary>All trackers in the current order.</summary>
    public IEnumerable<TrackerSlot> Slots => _tiers.SelectMany(tier => tier);

    /// <summary>Whether there are trackers, all of them responded with a failure reason, and none has ever returned a peer.</summary>
    public bool EveryTrackerRefused => _tiers.Count > 0 && !_hasSeenPeers && Slots.All(slot => slot.Outcome == TrackerOutcome.Refused);

    private TimeSpan PatienceHere => _isStrict ? StrictPatience : Patience;

    /// <summary>Adds a tier after the others, shuffled.</summary>
    public void Add(IReadOnlyList<ITracker> tier)
    {
        TrackerSlot[] slots = [.. tier.Select(tracker => new TrackerSlot(tracker))];
        _random.Shuffle(slots);
        if (slots.Length > 0)
            _tiers.Add([.. slots]);
    }

    /// <summary>
    /// The tracker to announce to now, in addition to pending announces. Normally one announce is pending at a time. If a tracker does not respond
    /// within <see cref="Patience"/>, we announce to the next one in parallel. A tracker that must receive an event at once never waits. A pending
    /// announce is not aborted: a late response is used if it arrives before the timeout of that announce.
    /// </summary>
    public TrackerSlot? NextToAsk(TimeSpan now, bool needsPeers)
    {
        TrackerSlot? slot = Next(now, needsPeers);
        if (slot is null || slot.IsOwed)
            return slot;
        bool isAnySilent = Slots.Any(one => one.IsBusy && now - one.BegunAt >= PatienceHere);
        int room = isAnySilent && !_isStrict ? MaxFresh : 1;
        return Slots.Count(one => one.IsBusy && now - one.BegunAt < PatienceHere) < room ? slot : null;
    }

    /// <summary>When <see cref="NextToAsk"/> must be called again unless an event comes first; null for never.</summary>
    public TimeSpan? NextTurn(TimeSpan now, bool needsPeers)
    {
        if (NextAt(needsPeers) is not { } due)
            return null;
        TimeSpan[] turns = [.. Slots.Where(one => one.IsBusy).Select(one => one.BegunAt + PatienceHere).Where(turn => turn > now)];
        return turns.Length == 0 || due > now ? due : turns.Min();
    }

    /// <summary>The tracker to announce to now, or null. The caller must call <see cref="Begin"/> before it announces.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="needsPeers">Whether peers are needed before the regular interval ends.</param>
    public TrackerSlot? Next(TimeSpan now, bool needsPeers) =>
        Candidates(needsPeers).Where(slot => TimeOf(slot, needsPeers) <= now).MinBy(RankOf);

    /// <summary>When <see cref="Next"/> will return a tracker unless an event comes first; null for never.</summary>
    public TimeSpan? NextAt(bool needsPeers)
    {
        TimeSpan? earliest = null;
        foreach (TrackerSlot slot in Candidates(needsPeers))
        {
            TimeSpan time = TimeOf(slot, needsPeers);
            earliest = earliest is { } other && other <= time ? other : time;
        }

        return earliest;
    }

    /// <summary>An announce has started; it is pending until <see cref="Succeed"/> or <see cref="Fail"/>.</summary>
    public static void Begin(TrackerSlot slot, TimeSpan now)
    {
        slot.IsBusy = true;
        slot.BegunAt = now;
    }

    /// <summary>The tracker responded.</summary>
    /// <param name="slot">The tracker.</param>
    /// <param name="now">The current time.</param>
    /// <param name="peers">Number of returned peers.</param>
    /// <param name="interval">The interval in the response.</param>
    /// <param name="minInterval">The minimum interval in the response.</param>
    public void Succeed(TrackerSlot slot, TimeSpan now, int peers, TimeSpan? interval, TimeSpan? minInterval)
    {
        slot.IsBusy = false;
        slot.Failures = 0;
        slot.Outcome = peers > 0 ? TrackerOutcome.NamedPeers : TrackerOutcome.NamedNobody;
        _hasSeenPeers |= peers > 0;

        TimeSpan regular = Clamp(interval ?? DefaultInterval, DefaultInterval, LongestInterval);
        TimeSpan usual = !_hasSeenPeers && now < EarlyDays ? LonelyMinInterval : DefaultMinInterval;
        TimeSpan least = Clamp(minInterval ?? usual, usual, regular);
        slot.DueAt = now + regular;
        slot.EarliestAt = now + least;
        List<TrackerSlot> tier = TierOf(slot);
        tier.Remove(slot);
        tier.Insert(0, slot);
    }

    /// <summary>The announce failed.</summary>
    /// <param name="slot">The tracker.</param>
    /// <param name="now">The current time.</param>
    /// <param name="failure">The failure.</param>
    /// <returns>Time until the next announce is allowed; null for never.</returns>
    public TimeSpan? Fail(TrackerSlot slot, TimeSpan now, TrackerException failure)
    {
        slot.IsBusy = false;
        slot.Failures++;
        slot.Outcome = failure.IsRefusal ? TrackerOutcome.Refused : TrackerOutcome.Failed;
        slot.IsDropped = failure.IsFinal;
        TimeSpan wait = failure.RetryIn ?? BackOff(slot.Failures);
        if (OwnNetwork.LongestPause(failure) is { } longest && wait > longest)
        {
            // Our own network failed: announce again soon, and restart the back-off.
            slot.Failures = 1;
            wait = longest;
        }

        slot.EarliestAt = now + wait;
        return slot.IsDropped ? null : wait;
    }

    // Untried trackers come before failed ones; otherwise unresponsive trackers at the front would delay a working one behind them forever.
    private static int RankOf(TrackerSlot slot) => slot switch
    {
        { IsOwed: true } => 0,
        { Outcome: TrackerOutcome.Untried } => 1,
        { IsAnswering: true } => 2,
        _ => 3,
    };

    private static TimeSpan TimeOf(TrackerSlot slot, bool needsPeers) => slot switch
    {
        { IsAnswering: true, IsOwed: true } => TimeSpan.Zero,
        { IsAnswering: true } when !needsPeers => slot.DueAt,
        _ => slot.EarliestAt,
    };

    private static TimeSpan Clamp(TimeSpan said, TimeSpan otherwise, TimeSpan longest)
    {
        TimeSpan meant = said <= TimeSpan.Zero ? otherwise : said < ShortestInterval ? ShortestInterval : said;
        return meant < longest ? meant : longest;
    }

    private TimeSpan BackOff(int failures)
    {
        double seconds = FirstBackOff.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20));
        return TimeSpan.FromSeconds(Math.Min(seconds, LongestBackOff.TotalSeconds) * (1 - Jitter + (2 * Jitter * _random.NextDouble())));
    }

    private List<TrackerSlot> TierOf(TrackerSlot slot) => _tiers.First(tier => tier.Contains(slot));

    /// <summary>
    /// The trackers to which we may announce when they are due, in order: first those that must receive an event, then tier by tier up to the first
    /// tracker that works.
    /// </summary>
    private IEnumerable<TrackerSlot> Candidates(bool needsPeers)
    {
        foreach (TrackerSlot slot in Slots)
        {
            if (slot is { IsOwed: true, IsBusy: false, IsDropped: false })
                yield return slot;
        }

        foreach (TrackerSlot slot in Slots)
        {
            if (slot.IsDropped || slot.IsBusy)
                continue;
            if (!slot.IsOwed)
                yield return slot;
            bool mayPass = slot.Outcome is TrackerOutcome.Failed or TrackerOutcome.Refused
                || (slot.Outcome == TrackerOutcome.NamedNobody && needsPeers && !_isStrict);
            if (!mayPass)
                yield break;
        }
    }
}
