using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Tests.Dht.Simulation;

/// <summary>The parameters of a simulation. The same parameters give the same results.</summary>
internal sealed record SimScene
{
    public int Seed { get; init; } = 1;

    public int Nodes { get; init; } = 10_000;

    /// <summary>Share of the nodes that send queries and never reply.</summary>
    public double DeafShare { get; init; } = 0.20;

    /// <summary>Share of the nodes that lie, a third of them in each way of <see cref="SimLie"/>.</summary>
    public double LiarShare { get; init; } = 0.05;

    /// <summary>Share of the nodes that leave within an hour without a message. The same number of nodes joins.</summary>
    public double ChurnPerHour { get; init; } = 0.30;

    /// <summary>Share of the datagrams that are lost.</summary>
    public double Loss { get; init; } = 0.05;

    /// <summary>Time in which all nodes join.</summary>
    public TimeSpan Joining { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time before the measurement, in which nodes already leave and join.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Time in which peers are announced and searched for.</summary>
    public TimeSpan Measuring { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Number of swarms. One node announces each swarm once.</summary>
    public int Swarms { get; init; } = 400;

    /// <summary>
    /// Number of searches per swarm by nodes that have been in the network for a while. They start between one minute and <see cref="LastSearch"/>
    /// after the announce.
    /// </summary>
    public int SearchesOfSwarm { get; init; } = 5;

    /// <summary>Number of searches per swarm by nodes that have just joined.</summary>
    public int NewcomersOfSwarm { get; init; } = 1;

    public TimeSpan LastSearch { get; init; } = TimeSpan.FromMinutes(20);
}

/// <summary>The result of one search or announce.</summary>
/// <param name="IsFound">Whether the announced peer was returned.</param>
/// <param name="FoundAfter">Time until the peer was returned, from the start of the search or, for a new node, from its start.</param>
/// <param name="Result">The result that the node reported.</param>
internal sealed record SimSearch(bool IsFound, TimeSpan? FoundAfter, DhtSearchResult Result);

/// <summary>The measurements.</summary>
internal sealed record SimReport
{
    public required IReadOnlyList<SimSearch> Searches { get; init; }

    public required IReadOnlyList<SimSearch> Newcomers { get; init; }

    public required IReadOnlyList<SimSearch> Announces { get; init; }

    /// <summary>Mean number of datagrams that a node sent per hour during the measurement.</summary>
    public required double SentPerNodeHour { get; init; }

    /// <summary>Mean number of nodes in the tables of the honest nodes at the end.</summary>
    public required double TableSize { get; init; }
}

/// <summary>Runs a simulation: nodes join and leave, and peers are announced and searched for.</summary>
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

    /// <summary>Runs the simulation to its end.</summary>
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
        // Each router serves many new nodes at once, as in the real network. A new node therefore starts with one more node, such as one that a
        // torrent names.
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

    // Searches like a program that was started for one download: as soon as it knows a node, and again after a search without a result.
    private void SearchAsNewcomer(DhtSearch search, CompactEndPoint peer)
    {
        SimNode node = Join(SimKind.Deaf);
        node.Search(search, new Watcher(_clock, peer, _newcomers));
    }

    /// <summary>Records when the announced peer is returned, and how the search ends.</summary>
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
