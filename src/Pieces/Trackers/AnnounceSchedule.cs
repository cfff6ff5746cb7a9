using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>
/// Decides which tracker is asked next, and when (BEP 12, BEP 31). Pure: times are handed in, as time since the client was started.
/// A tier's trackers are shuffled once; one that answers goes to the front of its tier; a later tier is asked only when all of the earlier ones fail, or
/// are being asked without an answer; or, while peers are needed, when they answered and named nobody. A tracker that was never asked comes before one
/// that is tried again.
/// </summary>
internal sealed class AnnounceSchedule
{
    /// <summary>Time between announces when the tracker does not say.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(30);

    /// <summary>Least time between announces when the tracker does not say.</summary>
    public static readonly TimeSpan DefaultMinInterval = TimeSpan.FromSeconds(60);

    /// <summary>As <see cref="DefaultMinInterval"/>, during <see cref="EarlyDays"/> and while no tracker has named anybody: others are about to come.</summary>
    public static readonly TimeSpan LonelyMinInterval = TimeSpan.FromSeconds(20);

    /// <summary>How long <see cref="LonelyMinInterval"/> holds.</summary>
    public static readonly TimeSpan EarlyDays = TimeSpan.FromMinutes(5);

    /// <summary>Shortest interval a tracker can set: less would be a flood in its name.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>Longest interval a tracker can set.</summary>
    public static readonly TimeSpan LongestInterval = TimeSpan.FromHours(4);

    /// <summary>Back-off after the first failure; doubled by each further one.</summary>
    public static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(5);

    /// <summary>Longest back-off.</summary>
    public static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(30);

    /// <summary>Part of a back-off that is left to chance, so that not all clients of a failed tracker return together.</summary>
    public const double Jitter = 0.2;

    /// <summary>How long a tracker may stay silent before those behind it are asked beside it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>As <see cref="Patience"/>, for private torrents, whose trackers are asked one after the other.</summary>
    public static readonly TimeSpan StrictPatience = TimeSpan.FromSeconds(10);

    /// <summary>How many are asked at the same time once one stayed silent; those that stay silent as well make room for others.</summary>
    public const int MaxFresh = 4;

    private readonly List<List<TrackerSlot>> _tiers = [];
    private readonly bool _isStrict;
    private readonly Random _random;
    private bool _hasSeenPeers;

    /// <summary>Shuffles each tier.</summary>
    /// <param name="tiers">The trackers; empty tiers are left out.</param>
    /// <param name="random">Used by this schedule alone.</param>
    /// <param name="isStrict">Never go on to a later tier while an earlier one answers, though it names nobody (private torrents, BEP 27).</param>
    public AnnounceSchedule(IEnumerable<IReadOnlyList<ITracker>> tiers, Random random, bool isStrict = false)
    {
        _random = random;
        _isStrict = isStrict;
        foreach (IReadOnlyList<ITracker> tier in tiers)
            Add(tier);
    }

    /// <summary>All trackers in present order.</summary>
    public IEnumerable<TrackerSlot> Slots => _tiers.SelectMany(tier => tier);

    /// <summary>Whether there is a tracker, all of them answered with a failure reason, and none has ever named a peer.</summary>
    public bool EveryTrackerRefused => _tiers.Count > 0 && !_hasSeenPeers && Slots.All(slot => slot.Outcome == TrackerOutcome.Refused);

    private TimeSpan PatienceHere => _isStrict ? StrictPatience : Patience;

    /// <summary>Adds a tier behind the others, shuffled.</summary>
    public void Add(IReadOnlyList<ITracker> tier)
    {
        TrackerSlot[] slots = [.. tier.Select(tracker => new TrackerSlot(tracker))];
        _random.Shuffle(slots);
        if (slots.Length > 0)
            _tiers.Add([.. slots]);
    }

    /// <summary>
    /// The tracker to ask at this moment, beside those that are being asked: one at a time, several when one stays silent, and whoever is owed an event
    /// at once. A silent tracker is not given up: its answer is welcome until its own time is up, but nobody waits for it.
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

    /// <summary>When <see cref="NextToAsk"/> is to be asked again if nothing else happens; null for never.</summary>
    public TimeSpan? NextTurn(TimeSpan now, bool needsPeers)
    {
        if (NextAt(needsPeers) is not { } due)
            return null;
        TimeSpan[] turns = [.. Slots.Where(one => one.IsBusy).Select(one => one.BegunAt + PatienceHere).Where(turn => turn > now)];
        return turns.Length == 0 || due > now ? due : turns.Min();
    }

    /// <summary>The tracker to ask now, or null. It may be asked once <see cref="Begin"/> has been told.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="needsPeers">Whether regular intervals are too long.</param>
    public TrackerSlot? Next(TimeSpan now, bool needsPeers) =>
        Candidates(needsPeers).Where(slot => TimeOf(slot, needsPeers) <= now).MinBy(RankOf);

    /// <summary>When <see cref="Next"/> will give a tracker if nothing else happens; null for never.</summary>
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

    /// <summary>An announce to the tracker is under way, until <see cref="Succeed"/> or <see cref="Fail"/>.</summary>
    public static void Begin(TrackerSlot slot, TimeSpan now)
    {
        slot.IsBusy = true;
        slot.BegunAt = now;
    }

    /// <summary>The tracker answered.</summary>
    /// <param name="slot">Which one.</param>
    /// <param name="now">The present time.</param>
    /// <param name="peers">How many peers it named.</param>
    /// <param name="interval">Its interval as it stands in the answer.</param>
    /// <param name="minInterval">Its least interval as it stands in the answer.</param>
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

    /// <summary>The tracker failed.</summary>
    /// <param name="slot">Which one.</param>
    /// <param name="now">The present time.</param>
    /// <param name="failure">How.</param>
    /// <returns>When it may be asked again, from now; null for never.</returns>
    public TimeSpan? Fail(TrackerSlot slot, TimeSpan now, TrackerException failure)
    {
        slot.IsBusy = false;
        slot.Failures++;
        slot.Outcome = failure.IsRefusal ? TrackerOutcome.Refused : TrackerOutcome.Failed;
        slot.IsDropped = failure.IsFinal;
        TimeSpan wait = failure.RetryIn ?? BackOff(slot.Failures);
        if (OwnNetwork.LongestPause(failure) is { } longest && wait > longest)
        {
            // It is our own network that failed: the tracker is asked again soon, and what comes later begins anew.
            slot.Failures = 1;
            wait = longest;
        }

        slot.EarliestAt = now + wait;
        return slot.IsDropped ? null : wait;
    }

    // One that was never asked comes before one that is tried again, or silent ones in front would keep the live one behind them waiting for ever.
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

    /// <summary>Those that may be asked once their time has come, in order: first those that are owed an event, then by tiers up to the first that serves.</summary>
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
