using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>Runs lookups, some at a time; the others wait in line.</summary>
internal sealed class LookupDesk
{
    /// <summary>Lookups that run at one time.</summary>
    public const int MaxRunning = 12;

    /// <summary>How long a lookup that may not ask now waits for its turn.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMilliseconds(100);

    private readonly DhtShared _shared;
    private readonly QueryDesk _desk;
    private readonly PeerStore _peers;
    private readonly List<LookupRun> _running = [];
    private readonly Queue<LookupRun> _waiting = [];
    private TimeSpan? _heldUntil;

    /// <summary>Makes one.</summary>
    /// <param name="shared">What the parts have in common.</param>
    /// <param name="desk">Asks.</param>
    /// <param name="peers">What others announced to us.</param>
    public LookupDesk(DhtShared shared, QueryDesk desk, PeerStore peers)
    {
        _peers = peers;
        _shared = shared;
        _desk = desk;
    }

    /// <summary>When it wants to be ticked; null when it waits for answers only.</summary>
    public TimeSpan? NextDue => _heldUntil;

    /// <summary>Lookups that run or wait.</summary>
    public int Count => _running.Count + _waiting.Count;

    /// <summary>Starts a lookup, now or when there is room.</summary>
    /// <param name="family">The network.</param>
    /// <param name="search">What for.</param>
    /// <param name="sink">Hears of it, or null.</param>
    /// <param name="isUrgent">Whether it passes the line.</param>
    public LookupRun Start(DhtFamily family, DhtSearch search, IDhtSearchSink? sink, bool isUrgent = false)
    {
        var run = new LookupRun(_shared, family, _desk, search, sink);
        if (isUrgent || _running.Count < MaxRunning)
            Begin(run);
        else
            _waiting.Enqueue(run);
        return run;
    }

    /// <summary>Lets those go on that had to wait for their turn, and those begin that wait in line.</summary>
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

    /// <summary>Takes away those that have ended, and notes whether one has to wait; to be called after whatever may have moved one.</summary>
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

    // Taken when its turn comes, since the table may know better by then.
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
