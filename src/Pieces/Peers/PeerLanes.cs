using System.Net;
using System.Runtime.InteropServices;
using Pieces.Net;

namespace Pieces.Peers;

/// <summary>Who named an address.</summary>
/// <param name="Origin">The kind of source.</param>
/// <param name="Teller">Which of several of that kind; of trackers the URL, else empty.</param>
internal readonly record struct PeerLane(PeerOrigin Origin, string Teller);

/// <summary>
/// Keeps the sources of addresses apart, so that none can crowd out or hold up the others: bounds the room of each, and lets them take turns when an
/// address is to be dialled. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerLanes
{
    /// <summary>Most addresses of one source, of whatever kind; a tracker's response has at most as many.</summary>
    public const int MaxOfLane = PeerBook.Capacity / 2;

    /// <summary>Most addresses that are there because they called into the local network.</summary>
    public const int MaxLocal = 200;

    /// <summary>Sources that are kept apart, the trackers one by one; those beyond share one place.</summary>
    public const int MaxLanes = 64;

    private readonly Dictionary<PeerLane, Lane> _lanes = [];
    private readonly Dictionary<BudgetKey, int> _ports = [];
    private long _turns;

    /// <summary>Whether a source may name one more.</summary>
    public bool HasRoom(PeerLane lane) => lane.Origin switch
    {
        PeerOrigin.Hand => true,
        PeerOrigin.Local => Find(lane).Count < MaxLocal,
        _ => Find(lane).Count < MaxOfLane,
    };

    /// <summary>Addresses of one host or network that are known.</summary>
    public int PortsOf(BudgetKey network) => _ports.GetValueOrDefault(network);

    /// <summary>An address was added.</summary>
    public void Added(PeerLane lane, BudgetKey network)
    {
        Find(lane).Count++;
        CollectionsMarshal.GetValueRefOrAddDefault(_ports, network, out _)++;
    }

    /// <summary>An address was removed.</summary>
    public void Removed(PeerLane lane, BudgetKey network)
    {
        Find(lane).Count--;
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_ports, network, out _) == 0)
            _ports.Remove(network);
    }

    /// <summary>The source that takes the most room, and more than another would with one address more; null when there is none.</summary>
    public PeerLane? LargestBeside(PeerLane newcomer)
    {
        (PeerLane key, Lane largest) = _lanes.Where(pair => pair.Key.Origin != PeerOrigin.Hand).MaxBy(pair => pair.Value.Count);
        return largest is not null && largest.Count > Find(newcomer).Count + 1 ? key : null;
    }

    /// <summary>An address may be dialled now. Of each source those with the lowest rank stay.</summary>
    public void Offer(PeerLane lane, IPEndPoint endPoint, int rank)
    {
        Lane found = Find(lane);
        if (rank > found.Best)
            return;
        if (rank < found.Best)
            found.Due.Clear();
        found.Best = rank;
        found.Due.Add(endPoint);
    }

    /// <summary>One of the addresses that were offered, of the source whose turn it is, and forgets the others; null when there was none.</summary>
    public IPEndPoint? Take(Random random)
    {
        Lane? next = null;
        foreach (Lane lane in _lanes.Values)
        {
            if (lane.Due.Count > 0 && (next is null || (lane.LastTurn, lane.Order).CompareTo((next.LastTurn, next.Order)) < 0))
                next = lane;
        }

        IPEndPoint? chosen = next?.Due[random.Next(next.Due.Count)];
        if (next is not null)
            next.LastTurn = ++_turns;
        foreach (Lane lane in _lanes.Values)
        {
            lane.Due.Clear();
            lane.Best = int.MaxValue;
        }

        return chosen;
    }

    private Lane Find(PeerLane key)
    {
        if (_lanes.TryGetValue(key, out Lane? lane))
            return lane;
        if (_lanes.Count >= MaxLanes && key.Teller.Length > 0)
            return Find(key with { Teller = string.Empty });
        _lanes.Add(key, lane = new Lane(OrderOf(key.Origin)));
        return lane;
    }

    // Who has the first turn: whom the user named, then who is near.
    private static int OrderOf(PeerOrigin origin) => origin switch
    {
        PeerOrigin.Hand => 0,
        PeerOrigin.Local => 1,
        _ => 1 + (int)origin,
    };

    private sealed class Lane(int order)
    {
        public int Order { get; } = order;

        public int Count { get; set; }

        public long LastTurn { get; set; }

        public int Best { get; set; } = int.MaxValue;

        public List<IPEndPoint> Due { get; } = [];
    }
}
