using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents.Uploading;

/// <summary>Keeps the choker's time and tells it of the peers.</summary>
internal sealed class ChokeRound
{
    /// <summary>Seconds between two rounds.</summary>
    public const int UsualSeconds = 10;

    /// <summary>The same while a slot is with somebody who seems to give to nobody, and one who may give waits for it.</summary>
    public const int EarlySeconds = 1;

    // So many times as many slots are worth a round of their own.
    private const double GrowthBeforeTime = 1.5;

    private readonly Choker _choker;
    private readonly TimeProvider _time;
    private readonly ByteRate _limit;
    private readonly int? _fixedSlots;
    private readonly List<ChokerInput> _inputs = [];
    private readonly List<SourceId> _chosen = [];
    private readonly Dictionary<SourceId, long> _unchokedAt = [];
    private int _slots;
    private long? _lastAt;
    private double _bestRate;

    /// <summary>Makes it; the first round is due at once.</summary>
    /// <param name="choker">Decides.</param>
    /// <param name="time">Source of timestamps.</param>
    /// <param name="limit">The upload limit.</param>
    /// <param name="slots">Peers that are uploaded to at one time; null for as many as the limit, or what is seen without one, allows.</param>
    public ChokeRound(Choker choker, TimeProvider time, ByteRate limit, int? slots)
    {
        _choker = choker;
        _time = time;
        _limit = limit;
        _fixedSlots = slots;
    }

    private int Slots => _fixedSlots ?? Choker.SlotsFor(_limit, _bestRate);

    /// <summary>Whether we upload to anybody.</summary>
    public bool Gives => Slots > 0;

    /// <summary>Whether a round is due: in its time, or since it has shown that many more can be served.</summary>
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

    /// <summary>Whether fewer peers are unchoked than there are slots; only those that want something count.</summary>
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

    /// <summary>Those to unchoke; everyone else is to be choked. Valid until the next round.</summary>
    public List<SourceId> Choose(IReadOnlyList<PeerState> peers, long now, bool isSeeding)
    {
        _lastAt = now;
        _inputs.Clear();
        foreach (PeerState peer in peers)
        {
            _inputs.Add(new ChokerInput(
                peer.Id, peer.Flags.PeerInterested, !peer.Flags.AmChoking, peer.Provider.Requests.Window.IsSnubbed,
                peer.Provider.Downloaded.BytesPerSecond(now), peer.Uploaded.BytesPerSecond(now), peer.ConnectedAt, _unchokedAt.GetValueOrDefault(peer.Id, long.MinValue),
                peer.Withholds));
        }

        _choker.Decide(_inputs, isSeeding, _slots = Slots, now, _chosen);
        return _chosen;
    }

    /// <summary>A peer is unchoked now.</summary>
    public void OnUnchoked(SourceId peer) => _unchokedAt[peer] = _time.GetTimestamp();

    /// <summary>A peer has left.</summary>
    public void Forget(SourceId peer) => _unchokedAt.Remove(peer);

    // A slot with one who seems to give to nobody, while one who may give waits.
    private static bool IsWasted(IReadOnlyList<PeerState> peers)
    {
        bool isTaken = false;
        bool isWantedByAnother = false;
        foreach (PeerState peer in peers)
        {
            if (!peer.Flags.PeerInterested)
                continue;
            isTaken |= !peer.Flags.AmChoking && peer.Withholds;
            isWantedByAnother |= peer.Flags.AmChoking && !peer.Withholds;
        }

        return isTaken && isWantedByAnother;
    }
}
