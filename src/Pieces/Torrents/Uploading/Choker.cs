using System.Runtime.InteropServices;
using Pieces.Primitives;

namespace Pieces.Torrents.Uploading;

/// <summary>What the choker knows of one peer.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="IsInterested">Whether it wants something of ours.</param>
/// <param name="IsUnchoked">Whether we upload to it now.</param>
/// <param name="IsSnubbed">Whether it has unchoked us and sends nothing.</param>
/// <param name="RateFrom">Payload from it over the last 20 s, in bytes a second.</param>
/// <param name="RateTo">Payload to it over the last 20 s, in bytes a second.</param>
/// <param name="ConnectedAt">Timestamp of the handshake.</param>
/// <param name="UnchokedAt">Timestamp of our last unchoke, or <see cref="long.MinValue"/>.</param>
/// <param name="Withholds">Whether it seems to take and not to give.</param>
internal readonly record struct ChokerInput(
    SourceId Peer, bool IsInterested, bool IsUnchoked, bool IsSnubbed, double RateFrom, double RateTo, long ConnectedAt, long UnchokedAt,
    bool Withholds);

/// <summary>
/// Decides whom to upload to (BEP 3). Leeching: those who give most, and one by chance. Seeding: those who take fastest keep half
/// of the slots, the rest goes round. A peer that is not interested takes no slot, and one that seems to give to nobody only such as are left over.
/// </summary>
internal sealed class Choker
{
    /// <summary>Seconds that the optimistic slot, and a slot that goes round while seeding, stay with one peer.</summary>
    public const int TurnSeconds = 30;

    /// <summary>A peer is a newcomer for so many seconds.</summary>
    public const int NewcomerSeconds = 60;

    /// <summary>A newcomer is so many times as likely to get the optimistic slot: it has had no chance to give anything yet.</summary>
    public const int NewcomerWeight = 3;

    /// <summary>Fewest slots, the optimistic one included.</summary>
    public const int MinSlots = 4;

    /// <summary>Most slots.</summary>
    public const int MaxSlots = 32;

    /// <summary>Slots while it is not known how much can be sent.</summary>
    public const int UsualSlots = 8;

    // A slot is worth having with so many bytes a second.
    private const long BytesPerSlot = 128 * 1024;

    private readonly Random _random;
    private readonly long _frequency;
    private readonly List<ChokerInput> _candidates = [];
    private readonly List<ChokerInput> _withholders = [];
    private SourceId _optimistic;
    private long _optimisticSince;

    /// <summary>Makes one that has chosen nobody.</summary>
    public Choker(TimeProvider time, Random random)
    {
        _frequency = time.TimestampFrequency;
        _random = random;
    }

    /// <summary>The slots, the optimistic one included: the more can be sent, the more.</summary>
    /// <param name="limit">The upload limit.</param>
    /// <param name="bestRate">The highest rate seen, in bytes a second; it says something where there is no limit, though less than the line may be.</param>
    public static int SlotsFor(ByteRate limit, double bestRate) => limit.IsUnlimited
        ? (int)Math.Clamp(bestRate / BytesPerSlot, UsualSlots, MaxSlots)
        : (int)Math.Clamp(limit.BytesPerSecond / BytesPerSlot, MinSlots, MaxSlots);

    /// <summary>Puts those to unchoke into <paramref name="chosen"/>, which is emptied first; everyone else is to be choked.</summary>
    public void Decide(IReadOnlyList<ChokerInput> peers, bool isSeeding, int slots, long now, List<SourceId> chosen)
    {
        chosen.Clear();
        _candidates.Clear();
        _withholders.Clear();
        foreach (ChokerInput peer in peers)
        {
            if (peer.IsInterested)
                (peer.Withholds ? _withholders : _candidates).Add(peer);
        }

        // Shuffled first: a stable order would favour whoever connected first among equals.
        _random.Shuffle(CollectionsMarshal.AsSpan(_candidates));
        if (isSeeding)
            DecideSeeding(slots, now, chosen);
        else
            DecideLeeching(slots, now, chosen);

        // What is left over goes round among the others.
        _withholders.Sort(static (a, b) => a.UnchokedAt.CompareTo(b.UnchokedAt));
        AddWhere(_withholders, slots, chosen, static _ => true);
    }

    private void DecideLeeching(int slots, long now, List<SourceId> chosen)
    {
        _candidates.Sort(static (a, b) => b.RateFrom.CompareTo(a.RateFrom));
        foreach (ChokerInput peer in _candidates)
        {
            // Who sends us nothing though we could take it, or never did, gets a slot by chance only.
            if (chosen.Count < slots - 1 && !peer.IsSnubbed && peer.RateFrom > 0)
                chosen.Add(peer.Peer);
        }

        if (chosen.Count < slots && ChooseOptimistic(now, chosen) is { } optimistic)
            chosen.Add(optimistic);

        // Slots that nobody has earned stay with those who have them for a turn, then they are given by chance.
        long turn = TurnSeconds * _frequency;
        AddWhere(_candidates, slots, chosen, peer => peer.IsUnchoked && now - peer.UnchokedAt < turn);
        while (chosen.Count < slots && Draw(now, chosen, except: SourceId.None) is { } lucky)
            chosen.Add(lucky);
    }

    private SourceId? ChooseOptimistic(long now, List<SourceId> chosen)
    {
        bool isThere = !chosen.Contains(_optimistic) && _candidates.Exists(peer => peer.Peer == _optimistic);
        if (isThere && now - _optimisticSince < TurnSeconds * _frequency)
            return _optimistic;

        SourceId? drawn = Draw(now, chosen, except: _optimistic) ?? (isThere ? _optimistic : null);
        if (drawn is { } optimistic)
            (_optimistic, _optimisticSince) = (optimistic, now);
        return drawn;
    }

    private SourceId? Draw(long now, List<SourceId> chosen, SourceId except)
    {
        int weights = 0;
        SourceId? drawn = null;
        foreach (ChokerInput peer in _candidates)
        {
            if (peer.Peer == except || chosen.Contains(peer.Peer))
                continue;
            int weight = now - peer.ConnectedAt < NewcomerSeconds * _frequency ? NewcomerWeight : 1;
            weights += weight;
            if (_random.Next(weights) < weight)
                drawn = peer.Peer;
        }

        return drawn;
    }

    private void DecideSeeding(int slots, long now, List<SourceId> chosen)
    {
        // The fastest takers keep half of the slots: what they have they can give on.
        _candidates.Sort(static (a, b) => b.RateTo.CompareTo(a.RateTo));
        AddWhere(_candidates, slots / 2, chosen, static peer => peer.IsUnchoked && peer.RateTo > 0);

        // Then those whose turn is not over, then those who have waited longest, and if nobody waits the others stay.
        long turn = TurnSeconds * _frequency;
        AddWhere(_candidates, slots, chosen, peer => peer.IsUnchoked && now - peer.UnchokedAt < turn);
        _candidates.Sort(static (a, b) => a.UnchokedAt.CompareTo(b.UnchokedAt));
        AddWhere(_candidates, slots, chosen, static peer => !peer.IsUnchoked);
        AddWhere(_candidates, slots, chosen, static _ => true);
    }

    private static void AddWhere(List<ChokerInput> peers, int slots, List<SourceId> chosen, Predicate<ChokerInput> condition)
    {
        foreach (ChokerInput peer in peers)
        {
            if (chosen.Count < slots && condition(peer) && !chosen.Contains(peer.Peer))
                chosen.Add(peer.Peer);
        }
    }
}
