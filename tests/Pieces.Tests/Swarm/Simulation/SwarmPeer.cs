using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>Objects that all clients of a simulation share.</summary>
internal sealed record SwarmWorld(SwarmScene Scene, SimulatedTime Time, SimulatedContent Content, SimulatedTracker Tracker, ILoggerFactory Log);

/// <summary>A whole client on a host of its own. It joins the swarm, leaves it, and may join it again.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "LeaveAsync ends the client.")]
internal sealed class SwarmPeer : IProgress<TorrentNotice>
{
    private const int Port = 6881;

    private readonly SwarmWorld _world;
    private readonly Random _random;
    private TorrentClient? _client;
    private Torrent? _torrent;
    private long _wastedBefore;
    private long _cameAt;
    private long _present;

    public SwarmPeer(SwarmWorld world, SimulatedHost host, SwarmRole role, int seed)
    {
        _world = world;
        Host = host;
        Role = role;
        Disk = new SimulatedDisk(world.Content, role == SwarmRole.Seed);
        _random = new Random(seed);
    }

    /// <summary>Raised when the client is complete for the first time.</summary>
    public event Action<SwarmPeer>? Completed;

    /// <summary>Raised when the client has received a piece.</summary>
    public event Action<SwarmPeer>? Progressed;

    public SimulatedHost Host { get; }

    public SwarmRole Role { get; }

    public SimulatedDisk Disk { get; }

    /// <summary>Time at which the client joined first, in ticks; null before that.</summary>
    public long? JoinedAt { get; private set; }

    /// <summary>Time at which the client became complete, in ticks; null before that.</summary>
    public long? CompletedAt { get; private set; }

    /// <summary>Whether the client is in the swarm.</summary>
    public bool IsPresent => _client is not null;

    /// <summary>Whether the client has left before it was complete and will not join again.</summary>
    public bool HasGivenUp { get; set; }

    /// <summary>Time from joining to completion, in seconds, without the time in which the client was away.</summary>
    public double Duration => (double)(CompletedAt!.Value - JoinedAt!.Value - Away) / TimeSpan.TicksPerSecond;

    /// <summary>Time in which the client was away before it was complete, in ticks.</summary>
    public long Away { get; private set; }

    /// <summary>Number of bytes received and discarded.</summary>
    public long Wasted => _wastedBefore + (_torrent?.Snapshot.Wasted ?? 0);

    /// <summary>Current number of connections.</summary>
    public int Connections => _torrent?.Snapshot.ConnectedPeers ?? 0;

    /// <summary>Returns how long the client was in the swarm up to a given time, in ticks.</summary>
    public long PresentUntil(long time) => _present + (IsPresent ? time - _cameAt : 0);

    /// <summary>Joins the swarm with the pieces on its disk.</summary>
    public void Join()
    {
        SwarmScene scene = _world.Scene;
        if (JoinedAt is null)
            JoinedAt = _world.Time.Now;
        else if (CompletedAt is null)
            Away += _world.Time.Now - _cameAt;
        _cameAt = _world.Time.Now;
        double up = (Role == SwarmRole.Seed ? scene.SeedUp : scene.Up) * SwarmSimulation.MiB;
        _client = new TorrentClient(
            new TorrentClientOptions
            {
                FirstPort = Port,
                LastPort = Port,
                TimeProvider = _world.Time,
                Random = new Random(_random.Next()),
                LoggerFactory = _world.Log,
                Dht = null,
                UploadLimit = scene.Limit == SwarmLimit.Client ? new ByteRate((long)up) : ByteRate.Unlimited,
            },
            MemoryClientNetwork.Of(Host),
            makeStore: options => new SimulatedStore(Disk, options.Sink),
            makeTracker: _ => _world.Tracker.For(Host.Address));
        Task<Torrent> adding = _client.AddAsync(_world.Content.Metainfo, new TorrentOptions
        {
            Seed = new SeedGoals(),
            SeedOnly = Role == SwarmRole.Seed,
            Order = scene.Order,
            MaxPeers = scene.MaxPeers,
            UsePeerExchange = scene.UsesPeerExchange,
            UploadSlots = Role == SwarmRole.FreeRider ? 0 : null,
            Progress = this,
        });
        _torrent = adding.Result;
    }

    /// <summary>Leaves the swarm. Only the tracker is informed.</summary>
    /// <returns>A task that completes when the client has ended.</returns>
    public async Task LeaveAsync()
    {
        if (_client is not { } client)
            return;
        _present += _world.Time.Now - _cameAt;
        _cameAt = _world.Time.Now;
        _client = null;
        await client.DisposeAsync().ConfigureAwait(false);
        _wastedBefore += _torrent!.Snapshot.Wasted;
        _torrent = null;
    }

    public void Report(TorrentNotice value)
    {
        switch (value)
        {
            case PieceNotice:
                Progressed?.Invoke(this);
                break;
            case CompletedNotice when Role != SwarmRole.Seed && CompletedAt is null:
                CompletedAt = _world.Time.Now;
                Completed?.Invoke(this);
                break;
        }
    }
}

/// <summary>The behaviour of a client.</summary>
internal enum SwarmRole
{
    /// <summary>It has all pieces from the start.</summary>
    Seed,

    /// <summary>It has no pieces at first, downloads and uploads.</summary>
    Leecher,

    /// <summary>It downloads, unchokes no peer, and leaves with its last piece.</summary>
    FreeRider,
}
