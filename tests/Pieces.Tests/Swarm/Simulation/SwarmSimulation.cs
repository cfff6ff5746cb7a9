namespace Pieces.Tests.Swarm.Simulation;

/// <summary>Runs a scene: whole clients join, exchange pieces and leave, on a simulated network and in simulated time.</summary>
internal sealed class SwarmSimulation
{
    public const double MiB = 1024 * 1024;

    private const double SoonestReturn = 5;
    private const double LatestReturn = 30;

    private readonly SwarmScene _scene;
    private readonly SimulatedTime _time = new();
    private readonly Random _random;
    private readonly SwarmWorld _world;
    private readonly List<SwarmPeer> _leechers = [];
    private readonly List<SwarmPeer> _seeds = [];
    private readonly List<string> _faults = [];
    private readonly Action<SwarmMoment>? _onSecond;
    private readonly Dictionary<SwarmPeer, int> _leavesAt = [];
    private readonly long _end;
    private int _left;
    private long _lastCompletion;
    private long _sentByLastCompletion;

    /// <summary>Creates a simulation.</summary>
    /// <param name="scene">The parameters of the simulation.</param>
    /// <param name="onSecond">Called each simulated second with the current state; may be null.</param>
    public SwarmSimulation(SwarmScene scene, Action<SwarmMoment>? onSecond = null)
    {
        _scene = scene;
        _onSecond = onSecond;
        _random = new Random(scene.Seed);
        _end = SimulatedTime.TicksOf(scene.MaxSeconds);
        var content = new SimulatedContent(scene.Pieces, scene.PieceKiB * 1024, scene.Seed);
        var tracker = new SimulatedTracker(_time, new Random(_random.Next()), scene.Known);
        _world = new SwarmWorld(scene, _time, content, tracker, new FaultLog(_faults));
        AddPeers();
    }

    /// <summary>Runs the simulation to its end.</summary>
    public async Task<SwarmReport> RunAsync()
    {
        if (_onSecond is not null)
            _time.At(TimeSpan.TicksPerSecond, TellSecond);
        await SimulationDriver.RunAsync(_time, () => _left == 0 || _time.Now > _end).ConfigureAwait(false);
        return new SwarmReport(_scene, _leechers, _seeds)
        {
            LastCompletion = (double)_lastCompletion / TimeSpan.TicksPerSecond,
            Sent = _sentByLastCompletion,
            Now = _time.Now,
            Events = _time.Happened,
            Faults = _faults,
        };
    }

    private void AddPeers()
    {
        bool isLineLimited = _scene.Limit == SwarmLimit.Link;
        var links = new SimulatedLinks { Header = _scene.Header, MedianSeconds = _scene.RoundTrip / 1000, LateSeconds = _scene.LateRoundTrip / 1000 };
        var network = new SimulatedNetwork(_time, links, _scene.Seed);
        for (int i = 0; i < _scene.Seeds; i++)
        {
            SimulatedHost host = network.AddHost(isLineLimited ? _scene.SeedUp * MiB : 0, _scene.Down * MiB);
            var seed = new SwarmPeer(_world, host, SwarmRole.Seed, _random.Next());
            _seeds.Add(seed);
            _time.At(0, seed.Join);
        }

        // The role of each leecher is drawn independently of the number of the others.
        for (int i = 0; i < _scene.Leechers; i++)
        {
            SimulatedHost host = network.AddHost(isLineLimited ? _scene.Up * MiB : 0, _scene.Down * MiB);
            SwarmRole role = _random.NextDouble() < _scene.FreeRiders ? SwarmRole.FreeRider : SwarmRole.Leecher;
            var peer = new SwarmPeer(_world, host, role, _random.Next());
            peer.Completed += OnCompleted;
            _leechers.Add(peer);
            double joins = _scene.JoinSeconds * (_scene.JoinsByChance ? _random.NextDouble() : (double)i / _scene.Leechers);
            _time.At(SimulatedTime.TicksOf(joins), peer.Join);
            bool leaves = _random.NextDouble() < _scene.Churn;
            int leavesAt = _random.Next(_scene.Pieces / 10, (_scene.Pieces * 9 / 10) + 1);
            if (leaves)
                _leavesAt.Add(peer, Math.Max(1, leavesAt));
            if (leaves)
                peer.Progressed += OnProgress;
        }

        _left = _leechers.Count;
        if (_scene.SeedLeaves > 0)
            _time.At(0, LookAtSeeds);
    }

    private void OnCompleted(SwarmPeer peer)
    {
        _left--;
        _lastCompletion = _time.Now;
        _sentByLastCompletion = _leechers.Concat(_seeds).Sum(each => each.Disk.Served);
        if (_scene.Stay >= 0 || peer.Role == SwarmRole.FreeRider)
        {
            double stays = peer.Role == SwarmRole.FreeRider ? 0 : _scene.Stay;
            _time.At(_time.Now + SimulatedTime.TicksOf(stays), () => Leave(peer));
        }
    }

    private void OnProgress(SwarmPeer peer)
    {
        if (peer.Disk.Have.Count < _leavesAt.GetValueOrDefault(peer, int.MaxValue))
            return;
        _leavesAt.Remove(peer);
        bool returns = _random.NextDouble() < _scene.Return;
        double pause = SoonestReturn + ((LatestReturn - SoonestReturn) * _random.NextDouble());
        if (!returns)
        {
            peer.HasGivenUp = true;
            _left--;
        }

        // The client must not be stopped from within its own loop.
        _time.At(_time.Now, () => Leave(peer));
        if (returns)
            _time.At(_time.Now + SimulatedTime.TicksOf(pause), peer.Join);
    }

    // The simulation does not wait until the client has ended. A failure appears in the log.
    private static void Leave(SwarmPeer peer) => _ = peer.LeaveAsync();

    private void LookAtSeeds()
    {
        // Data that was sent last may be lost with the connection, so a piece counts as uploaded only when a leecher has it.
        bool isOut = Enumerable.Range(0, _scene.Pieces).All(piece => _leechers.Exists(peer => peer.IsPresent && peer.Disk.Have[piece]));
        foreach (SwarmPeer seed in _seeds.Where(seed => seed.IsPresent && isOut))
        {
            if (seed.Disk.Served >= _scene.SeedLeaves * _scene.Bytes)
                Leave(seed);
        }

        _time.At(_time.Now + (TimeSpan.TicksPerSecond / 4), LookAtSeeds);
    }

    private void TellSecond()
    {
        SwarmPeer[] present = [.. _leechers.Concat(_seeds).Where(peer => peer.IsPresent)];
        _onSecond!(new SwarmMoment
        {
            Second = (int)_time.Seconds,
            Joined = _leechers.Count(peer => peer.JoinedAt is not null),
            Done = _leechers.Count(peer => peer.CompletedAt is not null),
            Progress = _leechers.Average(peer => (double)peer.Disk.Have.Count / _scene.Pieces),
            SeedPieces = _seeds.Sum(seed => seed.Disk.ServedPieces),
            Sent = _leechers.Concat(_seeds).Sum(peer => peer.Host.Sent),
            Capacity = present.Sum(peer => SwarmReport.UpOf(_scene, peer)),
            Connections = present.Length == 0 ? 0 : present.Average(peer => peer.Connections),
        });
        _time.At(_time.Now + TimeSpan.TicksPerSecond, TellSecond);
    }
}

/// <summary>The state of the simulation at one second.</summary>
internal sealed record SwarmMoment
{
    public required int Second { get; init; }

    /// <summary>Number of leechers that have joined.</summary>
    public required int Joined { get; init; }

    /// <summary>Number of leechers that are complete.</summary>
    public required int Done { get; init; }

    /// <summary>Mean share of the pieces over all leechers.</summary>
    public required double Progress { get; init; }

    /// <summary>Number of pieces that the seeds have sent at least once, summed over the seeds.</summary>
    public required int SeedPieces { get; init; }

    /// <summary>Number of bytes sent by all clients since the start, protocol overhead included.</summary>
    public required long Sent { get; init; }

    /// <summary>Total upload rate of the clients present, in bytes per second. Free riders count as 0.</summary>
    public required double Capacity { get; init; }

    /// <summary>Mean number of connections of the clients present.</summary>
    public required double Connections { get; init; }
}
