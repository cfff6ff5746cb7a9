using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>Runs a limited number of lookups in parallel and queues the others.</summary>
internal sealed class LookupScheduler
{
    /// <summary>Maximum number of running lookups; urgent ones may exceed it.</summary>
    public const int MaxRunning = 12;

    /// <summary>How long lookups pause when a query is refused because of rate limits.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(100);

    private readonly DhtShared _shared;
    private readonly QueryManager _queryManager;
    private readonly PeerStore _peers;
    private readonly List<LookupRun> _running = [];
    private readonly Queue<LookupRun> _waiting = [];
    private TimeSpan? _heldUntil;

    /// <summary>Creates a scheduler without lookups.</summary>
    /// <param name="shared">State shared by the parts of the node.</param>
    /// <param name="queryManager">Sends the queries.</param>
    /// <param name="peers">Peers that were announced to us.</param>
    public LookupScheduler(DhtShared shared, QueryManager queryManager, PeerStore peers)
    {
        _peers = peers;
        _shared = shared;
        _queryManager = queryManager;
    }

    /// <summary>When <see cref="Tick"/> is due; null if all lookups wait only for replies.</summary>
    public TimeSpan? NextDue => _heldUntil;

    /// <summary>Number of running and queued lookups.</summary>
    public int Count => _running.Count + _waiting.Count;

    /// <summary>Starts a lookup, at once or when a running one ends.</summary>
    /// <param name="family">The network.</param>
    /// <param name="search">The target and what to do there.</param>
    /// <param name="sink">Receives the results, or null.</param>
    /// <param name="isUrgent">Whether it starts at once in any case.</param>
    public LookupRun Start(DhtFamily family, DhtSearch search, IDhtSearchSink? sink, bool isUrgent = false)
    {
        var run = new LookupRun(_shared, family, _queryManager, search, sink);
        if (isUrgent || _running.Count < MaxRunning)
            Begin(run);
        else
            _waiting.Enqueue(run);
        return run;
    }

    /// <summary>Continues lookups that were paused by rate limits, and starts queued ones.</summary>
    public void Tick()
    {
        if (_heldUntil is { } time && time <= _shared.Now)
        {
            _heldUntil = null;
            foreach (LookupRun run in _running.FindAll(run => run.IsHeld))
                run.Pump();
        }

        Settle();
    }

    /// <summary>
    /// Removes lookups that have ended, starts queued ones and schedules the next tick. Must be called after every event that may advance a lookup.
    /// </summary>
    public void Settle()
    {
        while (true)
        {
            _running.RemoveAll(run => run.IsDone);
            if (_running.Count >= MaxRunning || !_waiting.TryDequeue(out LookupRun? next))
                break;
            Begin(next);
        }

        if (_heldUntil is null && _running.Exists(run => run.IsHeld))
            _heldUntil = _shared.Now + Hold;
    }

    // The starting nodes are chosen when the lookup starts, not when it is queued: the routing table may have improved meanwhile.
    private void Begin(LookupRun run)
    {
        DhtFamily family = run.Family;
        _running.Add(run);
        List<NodeContact> known = family.Table.Closest(run.Search.Target, 2 * Bucket.Size, _shared.Now);
        run.Begin(known.Concat(known.Count < Bucket.Size ? family.Remembered : []), family.Entrances.Concat(family.Routers), Stored(run));
        run.Pump();
    }

    private List<CompactEndPoint> Stored(LookupRun run) => run.Search.WantsPeers
        ? _peers.Pick(run.Search.Target, LookupRun.MaxPeersOfNode, run.Family.IsV6, noSeeds: false, _shared.Now)
        : [];
}
