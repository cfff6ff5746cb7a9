using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>
/// When every block is asked for: asks a peer that has nothing to do for those that slower peers would send last, so that one slow peer does not
/// hold up the end. A block is asked for again only where that gains time, which keeps the waste small.
/// </summary>
internal sealed class Endgame
{
    /// <summary>At most so many peers are asked for one block at one time.</summary>
    public const int MaxAskers = 2;

    // Peers whose requests are looked at in one call.
    private const int MostVictims = 3;

    // What is supposed of a peer that has not sent anything yet.
    private const double UnknownLatency = 0.5;

    // A guess is no reason to ask twice: the gain must be clear.
    private const double ClearGain = 1.25;

    private readonly PieceWork _work;
    private readonly double _frequency;

    public Endgame(PieceWork work, TimeProvider time)
    {
        _work = work;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Appends requests till <paramref name="into"/> has <paramref name="end"/> entries or nothing is gained any more.</summary>
    public void Fill(PeerState peer, long now, int end, List<BlockRequest> into)
    {
        double limit = double.PositiveInfinity;
        for (int i = 0; i < MostVictims && into.Count < end; i++)
        {
            PeerState? slowest = Slowest(peer, now, limit, out limit);
            if (slowest is null)
                return;
            TakeOver(peer, slowest, limit, now, end, into);
        }
    }

    private PeerState? Slowest(PeerState peer, long now, double below, out double seconds)
    {
        PeerState? slowest = null;
        seconds = 0;
        foreach (PeerState other in _work.Peers)
        {
            if (other == peer || other.Requests.Pending.Count == 0)
                continue;
            double remaining = Remaining(other, now);
            if (remaining <= seconds || remaining >= below)
                continue;
            seconds = remaining;
            slowest = other;
        }

        return slowest;
    }

    // From the tail: what it would send last.
    private void TakeOver(PeerState peer, PeerState slowest, double remaining, long now, int end, List<BlockRequest> into)
    {
        int cursor = 0;
        int all = slowest.Requests.Pending.Count;
        for (int i = 0; into.Count < end && slowest.Requests.Pending.TryStepBack(ref cursor, out PendingRequest request); i++)
        {
            if (remaining * (all - i) / all <= Finish(peer) * ClearGain)
                return;
            if (!peer.Pieces.Has(request.Block.Piece) || !_work.Pieces.TryGet(request.Block.Piece, out PieceAssembly? assembly))
                continue;
            int ordinal = request.Block.Ordinal;
            if (assembly.Owner != SourceId.None || assembly.IsClosing || assembly.Blocks.IsReceived(ordinal) ||
                assembly.Blocks.AskersOf(ordinal) >= MaxAskers || peer.Requests.Pending.Contains(request.Block))
            {
                continue;
            }

            assembly.Blocks.Ask(ordinal, isShared: true);
            peer.Requests.Ask(request.Block, now);
            into.Add(request.Block);
        }
    }

    // Seconds till it has sent all that it was asked for; as long as it has kept us waiting at the least.
    private double Remaining(PeerState peer, long now)
    {
        peer.Requests.Pending.TryPeekOldest(out PendingRequest oldest);
        double waited = (now - oldest.SentAt) / _frequency;
        RequestWindow window = peer.Requests.Window;
        if (window.BytesPerSecond == 0)
            return waited > UnknownLatency ? waited : 0;
        double busy = (double)peer.Requests.Pending.Count * BlockRequest.MaxLength / window.BytesPerSecond;
        return Math.Max(busy, waited > window.Latency * 2 ? waited : 0);
    }

    // Seconds till it would have sent one block more.
    private static double Finish(PeerState peer)
    {
        RequestWindow window = peer.Requests.Window;
        double latency = window.Latency == 0 ? UnknownLatency : window.Latency;
        double rate = window.BytesPerSecond == 0 ? BlockRequest.MaxLength / UnknownLatency : window.BytesPerSecond;
        return latency + (peer.Requests.Pending.Count * BlockRequest.MaxLength / rate);
    }
}
