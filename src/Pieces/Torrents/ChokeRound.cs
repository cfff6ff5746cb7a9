using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>Keeps the choker's time and tells it of the peers.</summary>
internal sealed class ChokeRound
{
    // So many times as many slots are worth a round of their own.
    private const double GrowthBeforeTime = 1.5;

    private readonly Choker _choker;
    private readonly TimeProvider _time;
    private readonly ByteRate _limit;
    private readonly int? _fixedSlots;
    private readonly List<ChokerInput> _inputs = [];
    private readonly List<SourceId> _chosen = [];
    private int _slots;
    private long _nextAt = long.MinValue;
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

    /// <summary>The present timestamp.</summary>
    public long Now => _time.GetTimestamp();

    private int Slots => _fixedSlots ?? Choker.SlotsFor(_limit, _bestRate);

    /// <summary>Whether a round is due: in its time, or since it has shown that many more can be served.</summary>
    public bool IsDue(IReadOnlyList<PeerState> peers, long now)
    {
        if (now >= _nextAt)
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
        _nextAt = now + (Choker.RoundSeconds * _time.TimestampFrequency);
        _inputs.Clear();
        foreach (PeerState peer in peers)
        {
            _inputs.Add(new ChokerInput(
                peer.Id, peer.Flags.PeerInterested, !peer.Flags.AmChoking, peer.Requests.Window.IsSnubbed,
                peer.Downloaded.BytesPerSecond(now), peer.Uploaded.BytesPerSecond(now), peer.ConnectedAt, peer.Flags.UnchokedAt));
        }

        _choker.Decide(_inputs, isSeeding, _slots = Slots, now, _chosen);
        return _chosen;
    }
}
