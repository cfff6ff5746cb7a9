using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>What all clients of a simulation have in common.</summary>
internal sealed record SwarmWorld(SwarmScene Scene, SimulatedTime Time, SimulatedContent Content, SimulatedTracker Tracker, ILoggerFactory Log);

/// <summary>A whole client on a host of its own, which comes, goes, and may come again.</summary>
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

    /// <summary>It has everything for the first time.</summary>
    public event Action<SwarmPeer>? Completed;

    /// <summary>It has one piece more.</summary>
    public event Action<SwarmPeer>? Progressed;

    public SimulatedHost Host { get; }

    public SwarmRole Role { get; }

    public SimulatedDisk Disk { get; }

    /// <summary>When it came first, in ticks; null before.</summary>
    public long? JoinedAt { get; private set; }

    /// <summary>When it had everything, in ticks; null before.</summary>
    public long? CompletedAt { get; private set; }

    /// <summary>Whether it is there.</summary>
    public bool IsPresent => _client is not null;

    /// <summary>Whether it has left before it had everything and will not come again.</summary>
    public bool HasGivenUp { get; set; }

    /// <summary>Seconds from its coming to its completion; when it was away is no part of them.</summary>
    public double Duration => (double)(CompletedAt!.Value - JoinedAt!.Value - Away) / TimeSpan.TicksPerSecond;

    /// <summary>Ticks that it was away before it completed.</summary>
    public long Away { get; private set; }

    /// <summary>Bytes received and thrown away.</summary>
    public long Wasted => _wastedBefore + (_torrent?.Snapshot.Wasted ?? 0);

    /// <summary>Connections at this moment.</summary>
    public int Connections => _torrent?.Snapshot.ConnectedPeers ?? 0;

    /// <summary>Ticks that it was there until a time.</summary>
    public long PresentUntil(long time) => _present + (IsPresent ? time - _cameAt : 0);

    /// <summary>Comes, with what is on its disk.</summary>
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
            Notices = this,
        });
        _torrent = adding.Result;
    }

    /// <summary>Goes, with a word to the tracker and none to anybody else.</summary>
    /// <returns>Ends when its client has ended.</returns>
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

/// <summary>What a client is like.</summary>
internal enum SwarmRole
{
    /// <summary>Has everything from the start.</summary>
    Seed,

    /// <summary>Has nothing at first, and gives as it takes.</summary>
    Leecher,

    /// <summary>Takes, unchokes nobody, and leaves with its last piece.</summary>
    FreeRider,
}
