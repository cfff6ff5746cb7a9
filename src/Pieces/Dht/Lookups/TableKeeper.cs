using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>
/// Fills the routing table of one network and keeps it fresh: searches for the nodes closest to our id at the start and periodically, queries nodes
/// that were silent for long, refreshes buckets, and checks nodes that queried us or were named by a peer, a torrent or the
/// user.
/// </summary>
internal sealed class TableKeeper : IQueryOwner
{
    /// <summary>Tag of queries that check a node which queried us first.</summary>
    public static readonly object AskedBack = new();

    /// <summary>Wait after the first search that finds too few neighbours. Each further one doubles the wait.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);

    /// <summary>Maximum wait between searches that find too few neighbours.</summary>
    public static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);

    /// <summary>Time between searches for our neighbours once enough are known.</summary>
    public static readonly TimeSpan SearchEvery = TimeSpan.FromMinutes(15);

    /// <summary>Time between queries to silent nodes, and between bucket refreshes.</summary>
    public static readonly TimeSpan CareEvery = TimeSpan.FromSeconds(6);

    /// <summary>Minimum time between checks of nodes that queried us.</summary>
    public static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    /// <summary>Maximum number of kept addresses of nodes that a peer, a torrent or the user named; a new one evicts the oldest.</summary>
    public const int MaxEntrances = 32;

    // Value of _searchAt while a search for our neighbours runs. The next search is scheduled at its end, unless a node is added before.
    private static readonly TimeSpan Unplanned = TimeSpan.MaxValue;

    private readonly DhtShared _shared;
    private readonly DhtFamily _family;
    private readonly QueryManager _queryManager;
    private readonly LookupScheduler _lookups;
    private LookupRun? _ownSearch;
    private LookupRun? _refresh;
    private TimeSpan _searchAt;
    private TimeSpan _retry = FirstRetry;
    private TimeSpan _careAt;
    private TimeSpan _checkAt;

    public TableKeeper(DhtShared shared, DhtFamily family, QueryManager queryManager, LookupScheduler lookups)
    {
        _shared = shared;
        _family = family;
        _queryManager = queryManager;
        _lookups = lookups;
        _careAt = shared.About(CareEvery);
    }

    /// <summary>When <see cref="Tick"/> is due; null for never.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            if (!_family.IsOpen)
                return null;
            if (_ownSearch is { IsDone: true } || _refresh is { IsDone: true })
                return TimeSpan.Zero;
            if (_ownSearch is not null || !KnowsAnybody)
                return _family.Table.Count > 0 ? _careAt : null;
            return _searchAt < _careAt || _family.Table.Count == 0 ? _searchAt : _careAt;
        }
    }

    /// <summary>Whether the last completed search for our neighbours left at least one good node in the table.</summary>
    public bool IsReady { get; private set; }

    private bool KnowsAnybody =>
        _family.Table.Count > 0 || _family.Routers.Count > 0 || _family.Entrances.Count > 0 || _family.Remembered.Count > 0;

    /// <summary>Does the work that is due.</summary>
    public void Tick()
    {
        if (!_family.IsOpen)
            return;
        TimeSpan now = _shared.Now;
        EndSearches(now);
        if (_ownSearch is null && now >= _searchAt && KnowsAnybody)
        {
            _searchAt = Unplanned;
            _ownSearch = _lookups.Start(_family, new DhtSearch { Target = _family.Id }, sink: null, isUrgent: true);
        }

        if (now < _careAt || _family.Table.Count == 0)
            return;
        _careAt = now + _shared.About(CareEvery);
        if (_family.Table.Questionable(now) is { } silent)
            Ask(silent.Contact.EndPoint, silent.Contact.Id, _family.Table.PointBeside(silent.Contact.Id, _shared.Random));
        if (IsReady && _refresh is null && _family.Table.TryRefresh(now, _shared.Random, out NodeId target))
            _refresh = _lookups.Start(_family, new DhtSearch { Target = target }, sink: null);
    }

    /// <summary>Our id has changed, and with it our neighbours.</summary>
    public void OnNewId()
    {
        _searchAt = _shared.Now;
        _ownSearch = null;
        _retry = FirstRetry;
    }

    /// <summary>Adds a node named by the user, a torrent or a peer.</summary>
    public void AddNode(CompactEndPoint endPoint)
    {
        if (!_shared.MayBeNode(endPoint) || _family.Table.TryGet(endPoint, out _))
            return;
        if (_family.Table.Count >= Bucket.Size)
        {
            Ask(endPoint, null, _family.Id);
            return;
        }

        if (!_family.Entrances.Contains(endPoint))
        {
            if (_family.Entrances.Count == MaxEntrances)
                _family.Entrances.RemoveAt(0);
            _family.Entrances.Add(endPoint);
        }

        Hurry();
    }

    /// <summary>A new starting point is known: search at once if the table is nearly empty.</summary>
    public void Hurry()
    {
        if (_family.Table.Count >= Bucket.Size)
            return;
        _searchAt = _shared.Now;
        _retry = FirstRetry;
    }

    /// <summary>An unknown node queried us, and the table may have room for it: check whether it replies.</summary>
    public void Check(NodeContact contact)
    {
        TimeSpan now = _shared.Now;
        if (now < _checkAt)
            return;
        _checkAt = now + CheckEvery;
        Ask(contact.EndPoint, contact.Id, _family.Table.PointBeside(contact.Id, _shared.Random), AskedBack);
    }

    /// <inheritdoc/>
    public void OnReply(PendingQuery query, KrpcReply reply)
    {
        // A node that replies is in the table by now; nothing else was wanted.
    }

    /// <inheritdoc/>
    public void OnSlow(PendingQuery query)
    {
        // Nothing depends on this query.
    }

    /// <inheritdoc/>
    public void OnLost(PendingQuery query)
    {
        // The table has already been updated by the core.
    }

    private void EndSearches(TimeSpan now)
    {
        if (_refresh is { IsDone: true })
            _refresh = null;
        if (_ownSearch is not { IsDone: true })
            return;
        _ownSearch = null;
        int good = _family.Table.CountGood(now);
        IsReady = good > 0;
        if (good > 0)
            _family.Remembered.Clear();
        bool isEnough = good >= Bucket.Size;
        // Nodes added during the search came too late for it: search again at once.
        _searchAt = _searchAt != Unplanned && !isEnough ? now : now + _shared.About(isEnough ? SearchEvery : _retry);
        _retry = isEnough ? FirstRetry : 2 * _retry < LastRetry ? 2 * _retry : LastRetry;
    }

    private void Ask(CompactEndPoint endPoint, NodeId? id, NodeId target, object? tag = null) =>
        _queryManager.Ask(new KrpcQuery { Method = KrpcMethod.FindNode, Sender = _family.Id, Target = target }, endPoint, id, this, tag);
}
