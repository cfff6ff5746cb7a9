using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>
/// Fills the table of one network and keeps it alive: the search for our own neighbours at the beginning and now and then, questions to nodes that
/// were silent for long, buckets that nothing happens in, and nodes that asked us or were named by hand.
/// </summary>
internal sealed class TableKeeper : IQueryOwner
{
    /// <summary>Marks questions to nodes that asked us something first.</summary>
    public static readonly object AskedBack = new();

    /// <summary>Wait after the first search for neighbours that found too few; doubled by each further one.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);

    /// <summary>Longest such wait.</summary>
    public static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);

    /// <summary>Time between searches for our neighbours when all is well.</summary>
    public static readonly TimeSpan SearchEvery = TimeSpan.FromMinutes(15);

    /// <summary>Time between questions to silent nodes, and between lookups for buckets.</summary>
    public static readonly TimeSpan CareEvery = TimeSpan.FromSeconds(6);

    /// <summary>Least time between questions to nodes that asked us.</summary>
    public static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    /// <summary>Addresses named by hand that are kept in mind.</summary>
    public const int MaxEntrances = 32;

    // While a search for our neighbours is under way: no next one is planned, unless a node was named meanwhile.
    private static readonly TimeSpan Unplanned = TimeSpan.MaxValue;

    private readonly DhtShared _shared;
    private readonly DhtFamily _family;
    private readonly QueryDesk _desk;
    private readonly LookupDesk _lookups;
    private LookupRun? _ownSearch;
    private LookupRun? _refresh;
    private TimeSpan _searchAt;
    private TimeSpan _retry = FirstRetry;
    private TimeSpan _careAt;
    private TimeSpan _checkAt;

    /// <summary>Makes one.</summary>
    public TableKeeper(DhtShared shared, DhtFamily family, QueryDesk desk, LookupDesk lookups)
    {
        _shared = shared;
        _family = family;
        _desk = desk;
        _lookups = lookups;
        _careAt = shared.About(CareEvery);
    }

    /// <summary>When it wants to be ticked; null for never.</summary>
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

    /// <summary>Whether the search for our neighbours has found some, and is not under way for the first time.</summary>
    public bool IsReady { get; private set; }

    private bool KnowsAnybody =>
        _family.Table.Count > 0 || _family.Routers.Count > 0 || _family.Entrances.Count > 0 || _family.Remembered.Count > 0;

    /// <summary>Does what is due.</summary>
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

    /// <summary>Our id is another one now: its neighbours are others.</summary>
    public void OnNewId()
    {
        _searchAt = _shared.Now;
        _ownSearch = null;
        _retry = FirstRetry;
    }

    /// <summary>Somebody of ours says that a node is there: the user, a torrent, a peer.</summary>
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

    /// <summary>There is somebody new to begin with.</summary>
    public void Hurry()
    {
        if (_family.Table.Count >= Bucket.Size)
            return;
        _searchAt = _shared.Now;
        _retry = FirstRetry;
    }

    /// <summary>A node that we do not know asked us something, and there may be room for it.</summary>
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
        // Whoever answers is in the table by now; it is all that was wanted.
    }

    /// <inheritdoc/>
    public void OnSlow(PendingQuery query)
    {
        // Nobody waits for it.
    }

    /// <inheritdoc/>
    public void OnLost(PendingQuery query)
    {
        // The table knows.
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
        // Whoever was named during the search was too late for it.
        _searchAt = _searchAt != Unplanned && !isEnough ? now : now + _shared.About(isEnough ? SearchEvery : _retry);
        _retry = isEnough ? FirstRetry : 2 * _retry < LastRetry ? 2 * _retry : LastRetry;
    }

    private void Ask(CompactEndPoint endPoint, NodeId? id, NodeId target, object? tag = null) =>
        _desk.Ask(new KrpcQuery { Method = KrpcMethod.FindNode, Sender = _family.Id, Target = target }, endPoint, id, this, tag);
}
