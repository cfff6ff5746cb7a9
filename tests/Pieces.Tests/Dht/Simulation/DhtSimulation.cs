using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Tests.Dht.Simulation;

/// <summary>What is simulated. The same values give the same numbers.</summary>
internal sealed record SimScene
{
    public int Seed { get; init; } = 1;

    public int Nodes { get; init; } = 10_000;

    /// <summary>Of all nodes, those that ask and never answer.</summary>
    public double DeafShare { get; init; } = 0.20;

    /// <summary>Of all nodes, those that lie, a third in each way of <see cref="SimLie"/>.</summary>
    public double LiarShare { get; init; } = 0.05;

    /// <summary>Of all nodes, those that leave within an hour without a word; as many come.</summary>
    public double ChurnPerHour { get; init; } = 0.30;

    /// <summary>Of all datagrams, those that are lost.</summary>
    public double Loss { get; init; } = 0.05;

    /// <summary>While all join.</summary>
    public TimeSpan Joining { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Before anything is measured; nodes leave and come already.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>While peers are announced and searched for.</summary>
    public TimeSpan Measuring { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Swarms, each announced by one node once.</summary>
    public int Swarms { get; init; } = 400;

    /// <summary>Searches for each swarm by nodes that are there for a while, from a minute to <see cref="LastSearch"/> after the announce.</summary>
    public int SearchesOfSwarm { get; init; } = 5;

    /// <summary>Searches for each swarm by nodes that join at that moment.</summary>
    public int NewcomersOfSwarm { get; init; } = 1;

    public TimeSpan LastSearch { get; init; } = TimeSpan.FromMinutes(20);
}

/// <summary>One search, or one announce, as it went.</summary>
/// <param name="IsFound">Whether the announced peer was named.</param>
/// <param name="FoundAfter">Time until it was, counted from the start of the search, or of the node when it joined for it.</param>
/// <param name="Result">The node's own account.</param>
internal sealed record SimSearch(bool IsFound, TimeSpan? FoundAfter, DhtSearchResult Result);

/// <summary>All that was measured.</summary>
internal sealed record SimReport
{
    public required IReadOnlyList<SimSearch> Searches { get; init; }

    public required IReadOnlyList<SimSearch> Newcomers { get; init; }

    public required IReadOnlyList<SimSearch> Announces { get; init; }

    /// <summary>Datagrams that a node sent in an hour while it was measured, on average.</summary>
    public required double SentPerNodeHour { get; init; }

    /// <summary>Nodes in a table at the end, on average over those that are honest.</summary>
    public required double TableSize { get; init; }
}

/// <summary>Runs a scene: nodes join, leave and come; peers are announced and searched for.</summary>
internal sealed class DhtSimulation
{
    private const int Routers = 4;

    private readonly SimScene _scene;
    private readonly Random _random;
    private readonly SimClock _clock = new();
    private readonly SimNetwork _network;
    private readonly SimLies _lies;
    private readonly List<SimNode> _nodes = [];
    private readonly List<CompactEndPoint> _routers = [];
    private readonly List<SimSearch> _searches = [];
    private readonly List<SimSearch> _newcomers = [];
    private readonly List<SimSearch> _announces = [];

    public DhtSimulation(SimScene scene)
    {
        _scene = scene;
        _random = new Random(scene.Seed);
        _network = new SimNetwork(_clock, scene.Seed, scene.Loss);
        _lies = new SimLies(_random);
    }

    /// <summary>Runs it to the end.</summary>
    public SimReport Run()
    {
        TimeSpan begin = _scene.Joining + _scene.Settling;
        TimeSpan end = begin + _scene.Measuring;
        for (int i = 0; i < _scene.Nodes; i++)
            _network.At(_scene.Joining * ((double)i / _scene.Nodes), () => Join(KindByChance()));
        PlanChurn(_scene.Joining, end);
        for (int i = 0; i < _scene.Swarms; i++)
            _network.At(begin + ((_scene.Measuring - _scene.LastSearch - TimeSpan.FromMinutes(2)) * _random.NextDouble()), Announce);

        _network.RunUntil(begin);
        long before = _network.Sent;
        _network.RunUntil(end);
        SimNode[] honest = [.. _nodes.Where(node => node.Kind == SimKind.Honest)];
        return new SimReport
        {
            Searches = _searches,
            Newcomers = _newcomers,
            Announces = _announces,
            SentPerNodeHour = (_network.Sent - before) / (_scene.Nodes * _scene.Measuring.TotalHours),
            TableSize = honest.Average(node => node.Core.Stats.NodesV4),
        };
    }

    private SimKind KindByChance()
    {
        double draw = _random.NextDouble();
        if (_nodes.Count < Routers)
            return SimKind.Honest;
        return draw < _scene.DeafShare ? SimKind.Deaf : draw < _scene.DeafShare + _scene.LiarShare ? SimKind.Liar : SimKind.Honest;
    }

    private SimNode Join(SimKind kind)
    {
        CompactEndPoint endPoint;
        do
            endPoint = SimAddress.Create(_random);
        while (_network.IsTaken(endPoint));
        SimLiar? liar = kind == SimKind.Liar ? new SimLiar((SimLie)_random.Next(3), _lies, new Random(_random.Next())) : null;
        var node = new SimNode(_network, _clock, endPoint, kind, _random.Next(), liar);
        _nodes.Add(node);
        if (_routers.Count < Routers)
            _routers.Add(endPoint);
        // A router serves everybody at once, as those of the real network do; here each newcomer begins with one more, as with a node of a torrent's
        // list.
        node.Join(_routers.Append(_nodes[_random.Next(_nodes.Count)].EndPoint));
        return node;
    }

    private void PlanChurn(TimeSpan begin, TimeSpan end)
    {
        double perSecond = _scene.ChurnPerHour * _scene.Nodes / 3600;
        for (TimeSpan time = begin; perSecond > 0 && time < end; time += TimeSpan.FromSeconds(-Math.Log(1 - _random.NextDouble()) / perSecond))
            _network.At(time, Replace);
    }

    private void Replace()
    {
        int index = _random.Next(Routers, _nodes.Count);
        SimNode leaver = _nodes[index];
        _nodes[index] = _nodes[^1];
        _nodes.RemoveAt(_nodes.Count - 1);
        leaver.Leave();
        Join(leaver.Kind);
    }

    private void Announce()
    {
        SimNode announcer = AnyOldNode();
        var target = NodeId.Create(_random);
        int port = _random.Next(1, 65536);
        CompactEndPoint peer = announcer.EndPoint with { Port = (ushort)port };
        var search = new DhtSearch { Target = target, WantsPeers = true, AnnouncedPort = port };
        announcer.Search(search, new Watcher(_clock, peer, _announces));
        for (int i = 0; i < _scene.SearchesOfSwarm; i++)
            _network.At(AnySearchTime(), () => AnyOldNode().Search(search with { AnnouncedPort = null }, new Watcher(_clock, peer, _searches)));
        for (int i = 0; i < _scene.NewcomersOfSwarm; i++)
            _network.At(AnySearchTime(), () => SearchAsNewcomer(search with { AnnouncedPort = null }, peer));
    }

    private TimeSpan AnySearchTime() =>
        _clock.Now + TimeSpan.FromMinutes(1) + ((_scene.LastSearch - TimeSpan.FromMinutes(1)) * _random.NextDouble());

    private SimNode AnyOldNode()
    {
        while (true)
        {
            SimNode node = _nodes[_random.Next(_nodes.Count)];
            if (node.Kind != SimKind.Liar && _clock.Now - node.MadeAt > TimeSpan.FromMinutes(2))
                return node;
        }
    }

    // Like a program that was started for one download: it searches as soon as it knows a node, and again after a search without result.
    private void SearchAsNewcomer(DhtSearch search, CompactEndPoint peer)
    {
        SimNode node = Join(SimKind.Deaf);
        node.Search(search, new Watcher(_clock, peer, _newcomers));
    }

    /// <summary>Notes when the announced peer is named, and how the search ended.</summary>
    private sealed class Watcher(SimClock clock, CompactEndPoint peer, List<SimSearch> results) : IDhtSearchSink
    {
        private readonly TimeSpan _startedAt = clock.Now;
        private TimeSpan? _foundAfter;

        public void OnPeers(IReadOnlyList<CompactEndPoint> peers)
        {
            if (_foundAfter is null && peers.Contains(peer))
                _foundAfter = clock.Now - _startedAt;
        }

        public void OnDone(DhtSearchResult result) => results.Add(new SimSearch(_foundAfter is not null, _foundAfter, result));
    }
}
