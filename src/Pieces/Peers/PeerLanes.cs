using System.Net;
using System.Runtime.InteropServices;
using Pieces.Net;

namespace Pieces.Peers;

/// <summary>The source of an address.</summary>
/// <param name="Origin">The kind of source.</param>
/// <param name="Teller">Distinguishes sources of one kind: the URL of a tracker, else empty.</param>
internal readonly record struct PeerLane(PeerOrigin Origin, string Teller);

/// <summary>
/// Keeps the sources of addresses separate, so that none can crowd out or delay the others: limits the number of addresses of each, and lets them
/// take turns when an address is to be dialled. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerLanes
{
    /// <summary>Maximum number of addresses per source; also the maximum taken from one tracker response.</summary>
    public const int MaxOfLane = PeerBook.Capacity / 2;

    /// <summary>Maximum number of addresses from local discovery.</summary>
    public const int MaxLocal = 200;

    /// <summary>Maximum number of separate sources, each tracker counted separately; further ones share one lane per kind.</summary>
    public const int MaxLanes = 64;

    private readonly Dictionary<PeerLane, Lane> _lanes = [];
    private readonly Dictionary<BudgetKey, int> _ports = [];
    private long _turns;

    /// <summary>Whether a source may add one more address.</summary>
    public bool HasRoom(PeerLane lane) => lane.Origin switch
    {
        PeerOrigin.Manual => true,
        PeerOrigin.Local => Find(lane).Count < MaxLocal,
        _ => Find(lane).Count < MaxOfLane,
    };

    /// <summary>Number of known addresses of one host or network.</summary>
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

    /// <summary>The source with the most addresses, if it would still have more than the newcomer's source after an addition; else null.</summary>
    public PeerLane? LargestBeside(PeerLane newcomer)
    {
        (PeerLane key, Lane largest) = _lanes.Where(pair => pair.Key.Origin != PeerOrigin.Manual).MaxBy(pair => pair.Value.Count);
        return largest is not null && largest.Count > Find(newcomer).Count + 1 ? key : null;
    }

    /// <summary>Offers an address that may be dialled now. Per source, only those with the lowest rank are kept.</summary>
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

    /// <summary>Takes an offered address of the source whose turn it is, and discards all other offers; null if there was none.</summary>
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

    // Order of the first turn: addresses from the user first, then those of the local network.
    private static int OrderOf(PeerOrigin origin) => origin switch
    {
        PeerOrigin.Manual => 0,
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
