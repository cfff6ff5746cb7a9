using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>Keeps the choker's time and tells it of the peers.</summary>
internal sealed class ChokeRound
{
    private readonly Choker _choker;
    private readonly TimeProvider _time;
    private readonly int _slots;
    private readonly List<ChokerInput> _inputs = [];
    private readonly List<SourceId> _chosen = [];
    private long _nextAt = long.MinValue;

    /// <summary>Makes it; the first round is due at once.</summary>
    /// <param name="choker">Decides.</param>
    /// <param name="time">Source of timestamps.</param>
    /// <param name="slots">Peers that are uploaded to at one time.</param>
    public ChokeRound(Choker choker, TimeProvider time, int slots)
    {
        _choker = choker;
        _time = time;
        _slots = slots;
    }

    /// <summary>The present timestamp.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Whether a round is due.</summary>
    public bool IsDue(long now) => now >= _nextAt;

    /// <summary>Whether fewer peers are unchoked than there are slots; only those that want something count.</summary>
    public bool HasFreeSlot(IReadOnlyList<PeerState> peers)
    {
        int used = 0;
        foreach (PeerState peer in peers)
        {
            if (!peer.Flags.AmChoking && peer.Flags.PeerInterested)
                used++;
        }

        return used < _slots;
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

        _choker.Decide(_inputs, isSeeding, _slots, now, _chosen);
        return _chosen;
    }
}
