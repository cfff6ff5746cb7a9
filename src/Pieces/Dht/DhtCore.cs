using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht;

/// <summary>
/// A DHT node without sockets and without a loop: its inputs are datagrams and the current time, its output is datagrams. It holds all state of the
/// node. It is not thread-safe: the caller owns it. It never waits, and it calls back only during a call.
/// </summary>
internal sealed class DhtCore
{
    /// <summary>Time between removals of expired announced peers.</summary>
    public static readonly TimeSpan ExpireEvery = TimeSpan.FromMinutes(1);

    private readonly DhtShared _shared;
    private readonly QueryManager _queryManager;
    private readonly LookupScheduler _lookups;
    private readonly QueryAnswerer _answerer;
    private readonly TableKeeper _keeperV4;
    private readonly TableKeeper _keeperV6;
    private TimeSpan _expireAt = ExpireEvery;
    private long _received;
    private long _answered;

    /// <summary>Creates a node that does nothing until a family is opened and a first node is named.</summary>
    /// <param name="shared">State shared by the parts of the node.</param>
    /// <param name="askedHosts">Records the hosts that we queried; null if there is no gate.</param>
    public DhtCore(DhtShared shared, AskedHosts? askedHosts = null)
    {
        _shared = shared;
        _queryManager = new QueryManager(shared, askedHosts);
        _answerer = new QueryAnswerer(shared);
        _lookups = new LookupScheduler(shared, _queryManager, _answerer.Peers);
        _keeperV4 = new TableKeeper(shared, shared.V4, _queryManager, _lookups);
        _keeperV6 = new TableKeeper(shared, shared.V6, _queryManager, _lookups);
    }

    /// <summary>When <see cref="Tick"/> is due next, unless an event comes first.</summary>
    public TimeSpan NextDue
    {
        get
        {
            TimeSpan next = _answerer.Peers.Count > 0 ? _expireAt : TimeSpan.MaxValue;
            next = Earlier(next, _queryManager.NextDue);
            next = Earlier(next, _lookups.NextDue);
            next = Earlier(next, _keeperV4.NextDue);
            return Earlier(next, _keeperV6.NextDue);
        }
    }

    /// <summary>The current counters.</summary>
    public DhtStats Stats => new()
    {
        NodesV4 = _shared.V4.Table.Count,
        NodesV6 = _shared.V6.Table.Count,
        IsReady = _keeperV4.IsReady || _keeperV6.IsReady,
        StoredPeers = _answerer.Peers.Count,
        RunningLookups = _lookups.Count,
        Received = _received,
        Answered = _answered,
        External = _shared.V4.Votes.Winner ?? _shared.V6.Votes.Winner,
    };

    /// <summary>Processes a received datagram. The buffer may be reused after the call.</summary>
    public void Receive(ReadOnlyMemory<byte> datagram, CompactEndPoint from)
    {
        if (!_shared.MayBeNode(from) || !_shared.FamilyOf(from).IsOpen)
            return;
        _received++;
        switch (KrpcReader.TryRead(datagram))
        {
            case KrpcQuery query:
                OnQuery(query, from);
                break;
            case KrpcReply reply:
                OnReply(reply, from);
                break;
            case KrpcFault fault:
                if (_queryManager.Take(fault.Transaction, from) is { } refused)
                    refused.Owner.OnLost(refused);
                break;
            case KrpcBadQuery bad when !_shared.Options.IsReadOnly:
                _shared.Wire.TrySend(_answerer.Refuse(bad.Transaction, bad.Code, bad.Reason).Span, from);
                break;
        }

        _lookups.Settle();
    }

    /// <summary>Does the work that is due.</summary>
    public void Tick()
    {
        _queryManager.Tick(OnLost);
        _lookups.Tick();
        _keeperV4.Tick();
        _keeperV6.Tick();
        _lookups.Settle();
        if (_shared.Now < _expireAt)
            return;
        _expireAt = _shared.Now + ExpireEvery;
        _answerer.Peers.Expire(_shared.Now);
    }

    /// <summary>Joins the network of one address family.</summary>
    public void Open(bool isV6) => (isV6 ? _shared.V6 : _shared.V4).IsOpen = true;

    /// <summary>Adds a node named by a peer or by the user.</summary>
    public void AddNode(CompactEndPoint endPoint) => KeeperOf(endPoint).AddNode(endPoint);

    /// <summary>Adds a public bootstrap router. It is queried only while too few other nodes are known, and never enters the routing table.</summary>
    public void AddRouter(CompactEndPoint endPoint)
    {
        DhtFamily family = _shared.FamilyOf(endPoint);
        if (!_shared.MayBeNode(endPoint) || family.Routers.Contains(endPoint))
            return;
        family.Routers.Add(endPoint);
        KeeperOf(endPoint).Hurry();
    }

    /// <summary>Starts from the state of an earlier run.</summary>
    public void Remember(DhtMemory memory)
    {
        Remember(_shared.V4, memory.IdV4, memory.Nodes.Where(node => !node.EndPoint.IsV6));
        Remember(_shared.V6, memory.IdV6, memory.Nodes.Where(node => node.EndPoint.IsV6));
    }

    /// <summary>The state to keep for a later run.</summary>
    public DhtMemory Recall() => new()
    {
        IdV4 = _shared.V4.Votes.Winner is null ? null : _shared.V4.Id,
        IdV6 = _shared.V6.Votes.Winner is null ? null : _shared.V6.Id,
        Nodes = [.. Recall(_shared.V4), .. Recall(_shared.V6)],
    };

    /// <summary>Searches in every network that we have joined.</summary>
    /// <param name="search">The target of the search and what to do there.</param>
    /// <param name="sink">Receives the results; <see cref="IDhtSearchSink.OnDone"/> is called exactly once, even if we have joined no
    /// network.</param>
    public void Search(DhtSearch search, IDhtSearchSink sink)
    {
        if (search is { WantsPeers: true, AnnouncedPort: { } port } && sink.IsWanted)
            _answerer.Own.Enter(search.Target, (ushort)port, search.IsSeed);
        DhtFamily[] families = Array.FindAll([_shared.V4, _shared.V6], family => family.IsOpen && (family.Table.Count > 0 || !IsAnywhere));
        if (families.Length == 0)
        {
            sink.OnDone(new DhtSearchResult());
            return;
        }

        var joined = new JoinedSink(sink, families.Length);
        foreach (DhtFamily family in families)
            _lookups.Start(family, search, joined);
        _lookups.Settle();
    }

    /// <summary>We have left a swarm: stop returning ourselves as its peer. No message is sent.</summary>
    public void Leave(NodeId target) => _answerer.Own.Leave(target);

    private bool IsAnywhere => _shared.V4.Table.Count + _shared.V6.Table.Count > 0;

    private static TimeSpan Earlier(TimeSpan time, TimeSpan? other) => other is { } sooner && sooner < time ? sooner : time;

    private static void Remember(DhtFamily family, NodeId? id, IEnumerable<NodeContact> nodes)
    {
        if (id is { } known)
            family.Table = new RoutingTable(known);
        family.Remembered.AddRange(nodes);
    }

    private static IEnumerable<NodeContact> Recall(DhtFamily family) =>
        family.Table.Nodes.OrderByDescending(node => node.SeenAt).Select(node => node.Contact).Concat(family.Remembered).Take(DhtMemory.MaxNodes);

    private TableKeeper KeeperOf(CompactEndPoint endPoint) => endPoint.IsV6 ? _keeperV6 : _keeperV4;

    private void OnQuery(KrpcQuery query, CompactEndPoint from)
    {
        DhtFamily family = _shared.FamilyOf(from);
        // Our own query that came back to us.
        if (_shared.Options.IsReadOnly || query.Sender == family.Id)
            return;
        _answered++;
        _shared.Wire.TrySend(_answerer.Answer(query, from).Span, from);
        var contact = new NodeContact(query.Sender, from);
        if (!query.IsReadOnly && family.Table.OnQuery(contact, _shared.Now))
            KeeperOf(from).Check(contact);
    }

    private void OnReply(KrpcReply reply, CompactEndPoint from)
    {
        if (_queryManager.Take(reply.Transaction, from) is not { } query)
            return;
        TimeSpan roundTrip = _queryManager.NoteRoundTrip(query);
        _queryManager.NoteAnswer(from);
        DhtFamily family = _shared.FamilyOf(from);
        bool isOther = query.Id is { } expected && expected != reply.Sender;
        if (isOther)
            family.Table.Forget(from);
        // A node that replies with another id than we know it by is accepted only if BEP 42 permits that id for its address.
        if ((!isOther || SecureNodeId.Fits(reply.Sender, from)) && !family.Routers.Contains(from))
            family.Table.OnReply(new NodeContact(reply.Sender, from), roundTrip, _shared.Now);
        TakeOther(family.IsV6 ? _shared.V4 : _shared.V6, family.IsV6 ? reply.Nodes : reply.Nodes6, from);
        query.Owner.OnReply(query, reply);
        // We check every node that queries us. Replies to these checks must not count as votes, or a node could vote as often as it likes.
        if (query.Tag != TableKeeper.AskedBack && reply.External is { } external && external.IsV6 == from.IsV6
            && family.Votes.Add(from, external, _shared.Now))
            OnExternal(family, external);
    }

    // Contacts of the other address family are starting points while our table there is nearly empty.
    private void TakeOther(DhtFamily family, IReadOnlyList<NodeContact>? nodes, CompactEndPoint from)
    {
        if (nodes is null || !family.IsOpen || family.Table.Count >= Bucket.Size || family.Remembered.Count >= DhtMemory.MaxNodes)
            return;
        family.Remembered.AddRange(nodes.Where(node => _shared.Believes(node.EndPoint, from)));
        (family.IsV6 ? _keeperV6 : _keeperV4).Hurry();
    }

    private void OnExternal(DhtFamily family, CompactEndPoint external)
    {
        if (SecureNodeId.Fits(family.Id, external))
            return;
        family.Table = family.Table.Around(SecureNodeId.Create(external, _shared.Random), _shared.Now);
        (family.IsV6 ? _keeperV6 : _keeperV4).OnNewId();
    }

    private void OnLost(PendingQuery query)
    {
        if (query.Id is { } id)
            _shared.FamilyOf(query.EndPoint).Table.OnFailure(new NodeContact(id, query.EndPoint), _shared.Now);
    }

    /// <summary>Combines the searches of the two address families into one.</summary>
    private sealed class JoinedSink : IDhtSearchSink
    {
        private readonly IDhtSearchSink _sink;
        private int _left;
        private DhtSearchResult? _result;

        public JoinedSink(IDhtSearchSink sink, int count)
        {
            _sink = sink;
            _left = count;
        }

        public bool IsWanted => _sink.IsWanted;

        public void OnPeers(IReadOnlyList<CompactEndPoint> peers) => _sink.OnPeers(peers);

        public void OnDone(DhtSearchResult result)
        {
            _result = _result?.Join(result) ?? result;
            if (--_left == 0)
                _sink.OnDone(_result);
        }
    }
}
