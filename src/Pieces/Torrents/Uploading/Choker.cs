using System.Runtime.InteropServices;
using Pieces.Primitives;

namespace Pieces.Torrents.Uploading;

/// <summary>The choker's input about one peer.</summary>
/// <param name="Peer">Identifies the peer.</param>
/// <param name="IsInterested">Whether the peer is interested.</param>
/// <param name="IsUnchoked">Whether the peer is unchoked now.</param>
/// <param name="IsSnubbed">Whether the peer has unchoked us but sends nothing.</param>
/// <param name="RateFrom">Payload rate from the peer over the last 20 s, in bytes per second.</param>
/// <param name="RateTo">Payload rate to the peer over the last 20 s, in bytes per second.</param>
/// <param name="ConnectedAt">Timestamp of the handshake.</param>
/// <param name="UnchokedAt">Timestamp of our last unchoke, or <see cref="long.MinValue"/>.</param>
/// <param name="LooksLikeFreeRider">Whether the peer seems to download without uploading.</param>
internal readonly record struct ChokerInput(
    SenderId Peer, bool IsInterested, bool IsUnchoked, bool IsSnubbed, double RateFrom, double RateTo, long ConnectedAt, long UnchokedAt,
    bool LooksLikeFreeRider);

/// <summary>
/// Decides which peers to unchoke (BEP 3). When leeching, these are the peers that send us most, and one random peer. When seeding, the peers that
/// download fastest keep half of the slots, and the rest rotates. A peer that is not interested takes no slot. A peer that seems not to upload gets
/// only slots that are left over.
/// </summary>
internal sealed class Choker
{
    /// <summary>Time that the optimistic slot, or a rotating slot while seeding, stays with one peer, in seconds.</summary>
    public const int TurnSeconds = 30;

    /// <summary>Time after connecting during which a peer is a newcomer, in seconds.</summary>
    public const int NewcomerSeconds = 60;

    /// <summary>A newcomer is this many times as likely to get the optimistic slot, since it has had no chance to send anything yet.</summary>
    public const int NewcomerWeight = 3;

    /// <summary>Minimum number of unchoke slots, including the optimistic one.</summary>
    public const int MinSlots = 4;

    /// <summary>Maximum number of unchoke slots, including the optimistic one.</summary>
    public const int MaxSlots = 32;

    /// <summary>
    /// Minimum number of unchoke slots if there is no upload limit. More are added if our upload rate has been high enough for them.
    /// </summary>
    public const int UsualSlots = 8;

    // Upload rate in bytes per second that makes an unchoke slot worthwhile.
    private const long BytesPerSlot = 128 * 1024;

    private readonly Random _random;
    private readonly long _frequency;
    private readonly List<ChokerInput> _candidates = [];
    private readonly List<ChokerInput> _withholders = [];
    private SenderId _optimistic;
    private long _optimisticSince;

    public Choker(TimeProvider time, Random random)
    {
        _frequency = time.TimestampFrequency;
        _random = random;
    }

    /// <summary>Returns the number of unchoke slots, including the optimistic one. It grows with the upload rate.</summary>
    /// <param name="limit">The upload limit.</param>
    /// <param name="bestRate">The highest upload rate seen, in bytes per second. It is used only without a limit. The line may be faster.</param>
    public static int SlotsFor(ByteRate limit, double bestRate) => limit.IsUnlimited
        ? (int)Math.Clamp(bestRate / BytesPerSlot, UsualSlots, MaxSlots)
        : (int)Math.Clamp(limit.BytesPerSecond / BytesPerSlot, MinSlots, MaxSlots);

    /// <summary>Puts the peers to unchoke into <paramref name="chosen"/>, which is cleared first. All other peers must be choked.</summary>
    public void Decide(IReadOnlyList<ChokerInput> peers, bool isSeeding, int slots, long now, List<SenderId> chosen)
    {
        chosen.Clear();
        _candidates.Clear();
        _withholders.Clear();
        foreach (ChokerInput peer in peers)
        {
            if (peer.IsInterested)
                (peer.LooksLikeFreeRider ? _withholders : _candidates).Add(peer);
        }

        // Shuffled first: with a stable order, equal peers that connected first would have an advantage.
        _random.Shuffle(CollectionsMarshal.AsSpan(_candidates));
        if (isSeeding)
            DecideSeeding(slots, now, chosen);
        else
            DecideLeeching(slots, now, chosen);

        // Slots that are left over rotate among the peers that seem not to upload.
        _withholders.Sort(static (a, b) => a.UnchokedAt.CompareTo(b.UnchokedAt));
        AddWhere(_withholders, slots, chosen, static _ => true);
    }

    private void DecideLeeching(int slots, long now, List<SenderId> chosen)
    {
        _candidates.Sort(static (a, b) => b.RateFrom.CompareTo(a.RateFrom));
        foreach (ChokerInput peer in _candidates)
        {
            // A peer gets a slot only at random if it is snubbed or if it sends us nothing at present.
            if (chosen.Count < slots - 1 && !peer.IsSnubbed && peer.RateFrom > 0)
                chosen.Add(peer.Peer);
        }

        if (chosen.Count < slots && ChooseOptimistic(now, chosen) is { } optimistic)
            chosen.Add(optimistic);

        // Slots that no peer has earned by its rate stay with their holders for a turn. Then they are assigned at random.
        long turn = TurnSeconds * _frequency;
        AddWhere(_candidates, slots, chosen, peer => peer.IsUnchoked && now - peer.UnchokedAt < turn);
        while (chosen.Count < slots && Draw(now, chosen, except: SenderId.None) is { } lucky)
            chosen.Add(lucky);
    }

    private SenderId? ChooseOptimistic(long now, List<SenderId> chosen)
    {
        bool isThere = !chosen.Contains(_optimistic) && _candidates.Exists(peer => peer.Peer == _optimistic);
        if (isThere && now - _optimisticSince < TurnSeconds * _frequency)
            return _optimistic;

        SenderId? drawn = Draw(now, chosen, except: _optimistic) ?? (isThere ? _optimistic : null);
        if (drawn is { } optimistic)
            (_optimistic, _optimisticSince) = (optimistic, now);
        return drawn;
    }

    private SenderId? Draw(long now, List<SenderId> chosen, SenderId except)
    {
        int weights = 0;
        SenderId? drawn = null;
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

    private void DecideSeeding(int slots, long now, List<SenderId> chosen)
    {
        // The peers that download fastest keep half of the slots, since they can pass on what they receive.
        _candidates.Sort(static (a, b) => b.RateTo.CompareTo(a.RateTo));
        AddWhere(_candidates, slots / 2, chosen, static peer => peer.IsUnchoked && peer.RateTo > 0);

        // Then come the peers whose turn is not over, then those that have waited longest. If no peer waits, the others stay.
        long turn = TurnSeconds * _frequency;
        AddWhere(_candidates, slots, chosen, peer => peer.IsUnchoked && now - peer.UnchokedAt < turn);
        _candidates.Sort(static (a, b) => a.UnchokedAt.CompareTo(b.UnchokedAt));
        AddWhere(_candidates, slots, chosen, static peer => !peer.IsUnchoked);
        AddWhere(_candidates, slots, chosen, static _ => true);
    }

    private static void AddWhere(List<ChokerInput> peers, int slots, List<SenderId> chosen, Predicate<ChokerInput> condition)
    {
        foreach (ChokerInput peer in peers)
        {
            if (chosen.Count < slots && condition(peer) && !chosen.Contains(peer.Peer))
                chosen.Add(peer.Peer);
        }
    }
}
