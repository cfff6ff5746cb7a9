using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// When every block is asked for, at the end or in the whole window: asks a peer that has nothing to do for those that slower peers would send
/// last, so that one slow peer does not hold up the rest. A block is asked for again only where that gains time, which keeps the waste small.
/// </summary>
internal sealed class Endgame
{
    // Peers whose requests are looked at in one call.
    private const int MostVictims = 16;

    // A search that found nothing is not made again at once: it looks at every peer.
    private const double RestSeconds = 0.01;

    // A guess is no reason to ask twice: the gain must be clear.
    private const double ClearGain = 1.25;

    // While pieces are still to be opened, only a peer that holds its blocks for so long is helped: for equally fast peers memory comes free anyway, and
    // to ask twice would only waste what they send.
    private const double MidwaySeconds = 0.5;

    private readonly PieceWork _work;
    private readonly double _frequency;

    // Providers for which nothing was found lately, with the timestamp of the next search.
    private readonly Dictionary<SourceId, long> _restUntil = [];

    public Endgame(PieceWork work, TimeProvider time)
    {
        _work = work;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Appends requests till <paramref name="into"/> has <paramref name="end"/> entries or nothing is gained any more.</summary>
    /// <param name="peer">Who is to be asked.</param>
    /// <param name="source">What it may be asked for.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="end">See above.</param>
    /// <param name="into">Gets the requests.</param>
    public void Fill(PeerState peer, IPieceMap source, long now, int end, List<BlockRequest> into)
    {
        // A peer that has not shown what it can gets one block and no more: it may be as slow as the one that is to be helped.
        bool isProven = peer.Requests.Window.Latency > 0;
        if (_restUntil.GetValueOrDefault(peer.Id, long.MinValue) > now || peer.Requests.Window.IsSnubbed || (!isProven && peer.Requests.Pending.Count > 0))
            return;
        int before = into.Count;
        int most = isProven ? end : Math.Min(end, into.Count + 1);
        int maxAskers = isProven ? BlockSlots.MaxAskers : BlockSlots.MaxAskers - 1;

        var victim = new Victim(-1, double.PositiveInfinity);
        for (int i = 0; i < MostVictims && into.Count < most; i++)
        {
            victim = NextSlowest(peer, now, victim);
            if (victim.Index < 0 || victim.Remaining <= LeastRemaining(peer))
                break;
            TakeOver(peer, source, victim, maxAskers, now, most, into);
        }

        if (into.Count == before)
            _restUntil[peer.Id] = now + (long)(RestSeconds * _frequency);
    }

    /// <summary>A peer has left.</summary>
    public void Forget(SourceId peer) => _restUntil.Remove(peer);

    // The slowest of those after the one before, in the order of slowness and then of index.
    private Victim NextSlowest(PeerState peer, long now, Victim before)
    {
        var slowest = new Victim(-1, 0);
        for (int i = 0; i < _work.Peers.Count; i++)
        {
            PeerState other = _work.Peers[i];
            if (other == peer || other.Requests.Pending.Count == 0)
                continue;
            double remaining = Remaining(other, now);
            bool isAfter = remaining < before.Remaining || (remaining == before.Remaining && i > before.Index);
            if (isAfter && remaining > slowest.Remaining)
                slowest = new Victim(i, remaining);
        }

        return slowest;
    }

    // From the tail: what it would send last.
    private void TakeOver(PeerState peer, IPieceMap source, Victim victim, int maxAskers, long now, int end, List<BlockRequest> into)
    {
        int cursor = 0;
        PendingRequests pending = _work.Peers[victim.Index].Requests.Pending;
        int all = pending.Count;
        for (int i = 0; into.Count < end && pending.TryStepBack(ref cursor, out PendingRequest request); i++)
        {
            if (victim.Remaining * (all - i) / all <= LeastRemaining(peer))
                return;
            if (!source.Has(request.Block.Piece) || !_work.Pieces.TryGet(request.Block.Piece, out PieceAssembly? assembly))
                continue;
            int ordinal = request.Block.Ordinal;
            if (assembly.Owner != SourceId.None || assembly.IsClosing || assembly.Blocks.IsReceived(ordinal) ||
                assembly.Blocks.AskersOf(ordinal) >= maxAskers || peer.Requests.Pending.Contains(request.Block))
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
            return waited > ProviderRequests.UnknownLatency ? waited : 0;
        double busy = (double)peer.Requests.Pending.Count * BlockRequest.MaxLength / window.BytesPerSecond;
        return Math.Max(busy, waited > window.Latency * 2 ? waited : 0);
    }

    // What another must take for its blocks at the least, in seconds, before they are asked of this peer too. Where it is our own limit that they wait for,
    // they would wait here just so.
    private double LeastRemaining(PeerState peer)
    {
        bool isMidway = _work.Table.Missing.Count + _work.Table.Deferred > 0;
        return Math.Max(peer.Requests.SecondsTillNext * ClearGain, isMidway ? MidwaySeconds : 0) + peer.Requests.LongestOwnDelay;
    }

    private readonly record struct Victim(int Index, double Remaining);
}
