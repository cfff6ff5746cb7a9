using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>
/// Carries out one lookup in one network: queries the nodes that <see cref="Lookup"/> chooses, reports the results, and announces at the end.
/// </summary>
internal sealed class LookupRun : IQueryOwner
{
    /// <summary>Maximum number of peers that one search accepts from all nodes together.</summary>
    public const int MaxPeers = 1000;

    /// <summary>Maximum number of announces to one node that does not reply.</summary>
    public const int MaxAnnounces = 2;

    /// <summary>Maximum number of peers that one search accepts from one node.</summary>
    public const int MaxPeersOfNode = 100;

    private readonly DhtShared _shared;
    private readonly DhtFamily _family;
    private readonly QueryManager _queryManager;
    private readonly DhtSearch _search;
    private readonly IDhtSearchSink? _sink;
    private readonly Lookup _lookup;
    private readonly HashSet<CompactEndPoint> _peers = [];
    private readonly SearchCounts? _counts;
    private readonly TimeSpan _startedAt;
    private Queue<LookupCandidate>? _toAnnounce;
    private int _announcesInFlight;
    private int _announces;
    private List<LookupCandidate> _keepers = [];
    private int _hops;
    private TimeSpan? _firstPeerAfter;

    /// <summary>Creates a lookup; nothing is sent before <see cref="Pump"/>.</summary>
    public LookupRun(DhtShared shared, DhtFamily family, QueryManager queryManager, DhtSearch search, IDhtSearchSink? sink)
    {
        _shared = shared;
        _family = family;
        _queryManager = queryManager;
        _search = search;
        _sink = sink;
        _lookup = new Lookup(search.Target, family.Id);
        _counts = search.WantsCounts ? new SearchCounts() : null;
        _startedAt = shared.Now;
    }

    /// <summary>Whether the lookup has ended.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether it is paused by rate limits.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>The target and what to do there.</summary>
    public DhtSearch Search => _search;

    /// <summary>The network in which it searches.</summary>
    public DhtFamily Family => _family;

    /// <summary>Adds the starting points.</summary>
    /// <param name="nodes">Known nodes.</param>
    /// <param name="entrances">Addresses without a known id, for when the known nodes do not help.</param>
    /// <param name="stored">Peers that were announced to us: in a small network no other node may know them.</param>
    public void Begin(IEnumerable<NodeContact> nodes, IEnumerable<CompactEndPoint> entrances, IReadOnlyList<CompactEndPoint> stored)
    {
        Tell(stored, hops: 0);
        foreach (NodeContact node in nodes)
            _lookup.Add(node, teller: null);
        foreach (CompactEndPoint entrance in entrances)
            _lookup.AddEntrance(entrance);
    }

    /// <summary>Sends the queries that are allowed now, and ends the lookup when there is nothing left to do.</summary>
    public void Pump()
    {
        IsHeld = false;
        if (IsDone)
            return;
        if (_sink?.IsWanted == false)
        {
            End();
            return;
        }

        while (_toAnnounce is null)
        {
            if (_lookup.Next() is not { } candidate)
                break;
            if (!TryAsk(candidate))
                return;
        }

        if (_toAnnounce is null && _lookup.IsOver)
        {
            _keepers = _search.AnnouncedPort is null ? [] : _lookup.Keepers();
            _toAnnounce = new Queue<LookupCandidate>(_keepers);
        }

        if (_toAnnounce is not null)
            Announce(_toAnnounce);
    }

    /// <inheritdoc/>
    public void OnReply(PendingQuery query, KrpcReply reply)
    {
        var candidate = (LookupCandidate)query.Tag!;
        if (query.Method == KrpcMethod.AnnouncePeer)
        {
            _announcesInFlight -= query.IsSlow ? 0 : 1;
            candidate.IsKeeper = true;
        }
        else if (_lookup.Answered(candidate, reply.Sender, reply.Token.ToArray()))
        {
            IReadOnlyList<NodeContact>? nodes = _family.IsV6 ? reply.Nodes6 : reply.Nodes;
            foreach (NodeContact node in nodes ?? [])
            {
                if (_shared.Believes(node.EndPoint, query.EndPoint))
                    _lookup.Add(node, candidate);
            }

            TakePeers(candidate, reply);
        }

        Pump();
    }

    /// <inheritdoc/>
    public void OnSlow(PendingQuery query)
    {
        var candidate = (LookupCandidate)query.Tag!;
        if (query.Method == KrpcMethod.AnnouncePeer)
            OnAnnounceGone(candidate);
        else
            _lookup.Slow(candidate);
        Pump();
    }

    /// <inheritdoc/>
    public void OnLost(PendingQuery query)
    {
        var candidate = (LookupCandidate)query.Tag!;
        if (query.Method != KrpcMethod.AnnouncePeer)
            _lookup.Lost(candidate);
        else if (!query.IsSlow)
            OnAnnounceGone(candidate);
        Pump();
    }

    // About one in ten announces gets no reply, because it or its reply is lost. No other part repeats it, so it is sent to the node a second time.
    private void OnAnnounceGone(LookupCandidate keeper)
    {
        _announcesInFlight--;
        if (keeper.Announces < MaxAnnounces)
            _toAnnounce?.Enqueue(keeper);
    }

    private bool TryAsk(LookupCandidate candidate)
    {
        var query = new KrpcQuery
        {
            Method = _search.WantsPeers ? KrpcMethod.GetPeers : KrpcMethod.FindNode,
            Sender = _family.Id,
            Target = _search.Target,
            Want = WantOf(),
            WantsCounts = _search.WantsCounts,
        };
        switch (_queryManager.Ask(query, candidate.Contact.EndPoint, candidate.IsEntrance ? null : candidate.Contact.Id, this, candidate))
        {
            case AskOutcome.Sent:
                _lookup.Asked(candidate);
                return true;
            case AskOutcome.Never:
                _lookup.Lost(candidate);
                return true;
            default:
                IsHeld = true;
                return false;
        }
    }

    // Request contacts of the other address family while our table there is nearly empty: a node in both networks can return both (BEP 32).
    private KrpcWant WantOf()
    {
        DhtFamily other = _family.IsV6 ? _shared.V4 : _shared.V6;
        return other.IsOpen && _shared.Now >= other.MutedUntil && other.Table.Count < Bucket.Size ? KrpcWant.V4 | KrpcWant.V6 : KrpcWant.None;
    }

    private void TakePeers(LookupCandidate candidate, KrpcReply reply)
    {
        _counts?.Add(reply);
        if (reply.Values is not { Count: > 0 } values || !_search.WantsPeers)
            return;
        Tell([.. values.Take(MaxPeersOfNode).Where(peer => _shared.Believes(peer, candidate.Contact.EndPoint))], candidate.Hops);
    }

    private void Tell(IReadOnlyList<CompactEndPoint> peers, int hops)
    {
        List<CompactEndPoint>? fresh = null;
        foreach (CompactEndPoint peer in peers)
        {
            if (_peers.Count < MaxPeers && _peers.Add(peer))
                (fresh ??= []).Add(peer);
        }

        if (fresh is null)
            return;
        if (_firstPeerAfter is null)
        {
            _firstPeerAfter = _shared.Now - _startedAt;
            _hops = hops;
        }

        _sink?.OnPeers(fresh);
    }

    private void Announce(Queue<LookupCandidate> left)
    {
        while (left.TryPeek(out LookupCandidate? keeper))
        {
            var query = new KrpcQuery
            {
                Method = KrpcMethod.AnnouncePeer,
                Sender = _family.Id,
                Target = _search.Target,
                Token = keeper.Token,
                Port = _search.AnnouncedPort!.Value,
                IsPortImplied = _search.IsPortImplied,
                IsSeed = _search.IsSeed,
            };
            AskOutcome outcome = _queryManager.Ask(query, keeper.Contact.EndPoint, keeper.Contact.Id, this, keeper);
            if (outcome == AskOutcome.Later)
            {
                IsHeld = true;
                return;
            }

            left.Dequeue();
            if (outcome != AskOutcome.Sent)
                continue;
            keeper.Announces++;
            _announcesInFlight++;
            _announces++;
        }

        if (_announcesInFlight == 0)
            End();
    }

    private void End()
    {
        IsDone = true;
        _sink?.OnDone(new DhtSearchResult
        {
            Queries = _lookup.Queries + _announces,
            Answers = _lookup.Answers,
            Peers = _peers.Count,
            Keepers = _keepers.Count(keeper => keeper.IsKeeper),
            Hops = _hops,
            FirstPeerAfter = _firstPeerAfter,
            Duration = _shared.Now - _startedAt,
            Seeds = _counts?.Seeds,
            Leechers = _counts?.Leechers,
        });
    }
}
