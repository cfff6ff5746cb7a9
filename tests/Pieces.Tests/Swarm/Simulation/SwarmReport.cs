namespace Pieces.Tests.Swarm.Simulation;

/// <summary>The results of a simulated scene.</summary>
internal sealed class SwarmReport(SwarmScene scene, IReadOnlyList<SwarmPeer> leechers, IReadOnlyList<SwarmPeer> seeds)
{
    /// <summary>Time from the start to the last completion, in seconds.</summary>
    public required double LastCompletion { get; init; }

    /// <summary>Number of bytes of blocks that all clients had sent by the last completion.</summary>
    public required long Sent { get; init; }

    /// <summary>Time at which the simulation ended, in ticks.</summary>
    public required long Now { get; init; }

    /// <summary>Number of events of the network and of timers.</summary>
    public required long Events { get; init; }

    /// <summary>The errors that the clients logged.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    public SwarmScene Scene => scene;

    /// <summary>Number of leechers that did not give up.</summary>
    public int Total => leechers.Count(peer => !peer.HasGivenUp);

    public int Done => Finished.Count();

    /// <summary>Download time of each complete leecher, in seconds.</summary>
    public IEnumerable<double> Durations => Finished.Select(peer => peer.Duration);

    public IEnumerable<double> HonestDurations => Finished.Where(peer => peer.Role == SwarmRole.Leecher).Select(peer => peer.Duration);

    public IEnumerable<double> FreeRiderDurations => Finished.Where(peer => peer.Role == SwarmRole.FreeRider).Select(peer => peer.Duration);

    /// <summary>Lower bound of the time if all leechers had joined at once, in seconds.</summary>
    public double BoundAtOnce => SwarmBounds.AtOnce(
        scene.Bytes, leechers.Count, seeds.Sum(Up), leechers.Sum(Up), scene.Down * SwarmSimulation.MiB);

    /// <summary>Lower bound of the time from the start, given the times at which the leechers joined, in seconds.</summary>
    public double BoundWithArrivals => SwarmBounds.WithArrivals(
        scene.Bytes,
        leechers.Count,
        seeds.Sum(Up),
        Come.Select(peer => (JoinOf(peer), Up(peer))),
        Come.Max(JoinOf),
        scene.Down * SwarmSimulation.MiB);

    /// <summary>Number of copies of the content that the seeds sent.</summary>
    public double SeedCopies => (double)seeds.Sum(seed => seed.Disk.Served) / scene.Bytes;

    /// <summary>Discarded bytes as a share of the bytes that the leechers have.</summary>
    public double Waste =>
        leechers.Sum(peer => peer.Wasted) / (double)Math.Max(1, leechers.Sum(peer => (long)peer.Disk.Have.Count * scene.PieceKiB * 1024));

    /// <summary>
    /// Bytes of blocks sent by the last completion, as a share of what the clients present could have sent; NaN if rates are not limited.
    /// </summary>
    public double Used
    {
        get
        {
            long end = SimulatedTime.TicksOf(LastCompletion);
            double could = leechers.Concat(seeds).Sum(peer => Up(peer) * peer.PresentUntil(end) / TimeSpan.TicksPerSecond);
            return could <= 0 ? double.NaN : Sent / could;
        }
    }

    private IEnumerable<SwarmPeer> Finished => leechers.Where(peer => peer.CompletedAt is not null);

    private IEnumerable<SwarmPeer> Come => leechers.Where(peer => peer.JoinedAt is not null);

    /// <summary>Returns the upload rate of a client in bytes per second.</summary>
    public static double UpOf(SwarmScene scene, SwarmPeer peer) => peer.Role switch
    {
        SwarmRole.Seed => scene.SeedUp * SwarmSimulation.MiB,
        SwarmRole.Leecher => scene.Up * SwarmSimulation.MiB,
        _ => 0,
    };

    private static double JoinOf(SwarmPeer peer) => (double)peer.JoinedAt!.Value / TimeSpan.TicksPerSecond;

    private double Up(SwarmPeer peer) => UpOf(scene, peer);
}
