using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents.Uploading;

/// <summary>Decides when a choke round is due, and collects the choker's input.</summary>
internal sealed class ChokeRound
{
    /// <summary>Time between two rounds, in seconds.</summary>
    public const int UsualSeconds = 10;

    /// <summary>
    /// Time between two rounds, in seconds, while a peer that seems not to upload holds a slot and a peer that may upload waits for one.
    /// </summary>
    public const int EarlySeconds = 1;

    // Run a choke round early when the slot count has grown by this factor.
    private const double GrowthBeforeTime = 1.5;

    private readonly Choker _choker;
    private readonly TimeProvider _time;
    private readonly ByteRate _limit;
    private readonly int? _fixedSlots;
    private readonly List<ChokerInput> _inputs = [];
    private readonly List<SenderId> _chosen = [];
    private readonly Dictionary<SenderId, long> _unchokedAt = [];
    private int _slots;
    private long? _lastAt;
    private double _bestRate;

    /// <summary>Creates an instance. The first round is due at once.</summary>
    /// <param name="choker">Decides which peers are unchoked.</param>
    /// <param name="time">Source of timestamps.</param>
    /// <param name="limit">The upload limit.</param>
    /// <param name="slots">Fixed number of unchoke slots; null to derive it from the upload limit or, without a limit, from the highest rate
    /// seen.</param>
    public ChokeRound(Choker choker, TimeProvider time, ByteRate limit, int? slots)
    {
        _choker = choker;
        _time = time;
        _limit = limit;
        _fixedSlots = slots;
    }

    private int Slots => _fixedSlots ?? Choker.SlotsFor(_limit, _bestRate);

    /// <summary>Whether there are any unchoke slots.</summary>
    public bool Gives => Slots > 0;

    /// <summary>Whether a round is due: because of the time, because a slot is wasted, or because the number of slots has grown much.</summary>
    public bool IsDue(IReadOnlyList<PeerState> peers, long now)
    {
        if (_lastAt is not { } last || now - last >= UsualSeconds * _time.TimestampFrequency)
            return true;
        if (now - last >= EarlySeconds * _time.TimestampFrequency && IsWasted(peers))
            return true;
        double rate = 0;
        foreach (PeerState peer in peers)
            rate += peer.Uploaded.BytesPerSecond(now);
        _bestRate = Math.Max(_bestRate, rate);
        return Slots > _slots && Slots >= _slots * GrowthBeforeTime;
    }

    /// <summary>Whether there is a free unchoke slot. Only interested peers occupy a slot.</summary>
    public bool HasFreeSlot(IReadOnlyList<PeerState> peers)
    {
        int used = 0;
        foreach (PeerState peer in peers)
        {
            if (!peer.Flags.AmChoking && peer.Flags.PeerInterested)
                used++;
        }

        return used < Slots;
    }

    /// <summary>Returns the peers to unchoke; all others must be choked. The list is valid until the next round.</summary>
    public List<SenderId> Choose(IReadOnlyList<PeerState> peers, long now, bool isSeeding)
    {
        _lastAt = now;
        _inputs.Clear();
        foreach (PeerState peer in peers)
        {
            _inputs.Add(new ChokerInput(
                peer.Id,
                peer.Flags.PeerInterested,
                !peer.Flags.AmChoking,
                peer.Provider.Requests.Window.IsSnubbed,
                peer.Provider.Downloaded.BytesPerSecond(now),
                peer.Uploaded.BytesPerSecond(now),
                peer.ConnectedAt,
                _unchokedAt.GetValueOrDefault(peer.Id, long.MinValue),
                peer.LooksLikeFreeRider));
        }

        _choker.Decide(_inputs, isSeeding, _slots = Slots, now, _chosen);
        return _chosen;
    }

    /// <summary>A peer has been unchoked.</summary>
    public void OnUnchoked(SenderId peer) => _unchokedAt[peer] = _time.GetTimestamp();

    /// <summary>A peer has left.</summary>
    public void Forget(SenderId peer) => _unchokedAt.Remove(peer);

    // Whether a peer that seems not to upload holds a slot while a peer that may upload waits for one.
    private static bool IsWasted(IReadOnlyList<PeerState> peers)
    {
        bool isTaken = false;
        bool isWantedByAnother = false;
        foreach (PeerState peer in peers)
        {
            if (!peer.Flags.PeerInterested)
                continue;
            isTaken |= !peer.Flags.AmChoking && peer.LooksLikeFreeRider;
            isWantedByAnother |= peer.Flags.AmChoking && !peer.LooksLikeFreeRider;
        }

        return isTaken && isWantedByAnother;
    }
}
