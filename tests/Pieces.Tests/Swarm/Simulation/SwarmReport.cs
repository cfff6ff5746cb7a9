namespace Pieces.Tests.Swarm.Simulation;

/// <summary>What came of a scene.</summary>
internal sealed class SwarmReport(SwarmScene scene, IReadOnlyList<SwarmPeer> leechers, IReadOnlyList<SwarmPeer> seeds)
{
    /// <summary>Seconds from the beginning to the last completion.</summary>
    public required double LastCompletion { get; init; }

    /// <summary>Bytes of blocks that were sent until then, by all.</summary>
    public required long Sent { get; init; }

    /// <summary>When it ended, in ticks.</summary>
    public required long Now { get; init; }

    /// <summary>Events of the network and of timers.</summary>
    public required long Events { get; init; }

    /// <summary>What the clients logged as faults of their own.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    public SwarmScene Scene => scene;

    /// <summary>Leechers that stayed to have everything.</summary>
    public int Total => leechers.Count(peer => !peer.HasGivenUp);

    public int Done => Finished.Count();

    /// <summary>Seconds that each of those took that have everything.</summary>
    public IEnumerable<double> Durations => Finished.Select(peer => peer.Duration);

    public IEnumerable<double> HonestDurations => Finished.Where(peer => peer.Role == SwarmRole.Leecher).Select(peer => peer.Duration);

    public IEnumerable<double> FreeRiderDurations => Finished.Where(peer => peer.Role == SwarmRole.FreeRider).Select(peer => peer.Duration);

    /// <summary>Seconds at best if all had come at once.</summary>
    public double BoundAtOnce => SwarmBounds.AtOnce(
        scene.Bytes, leechers.Count, seeds.Sum(Up), leechers.Sum(Up), scene.Down * SwarmSimulation.MiB);

    /// <summary>Seconds from the beginning at best, as they came.</summary>
    public double BoundWithArrivals => SwarmBounds.WithArrivals(
        scene.Bytes,
        leechers.Count,
        seeds.Sum(Up),
        Come.Select(peer => (JoinOf(peer), Up(peer))),
        Come.Max(JoinOf),
        scene.Down * SwarmSimulation.MiB);

    /// <summary>Copies of the content that the seeds sent.</summary>
    public double SeedCopies => (double)seeds.Sum(seed => seed.Disk.Served) / scene.Bytes;

    /// <summary>Bytes thrown away, of those that were wanted.</summary>
    public double Waste =>
        leechers.Sum(peer => peer.Wasted) / (double)Math.Max(1, leechers.Sum(peer => (long)peer.Disk.Have.Count * scene.PieceKiB * 1024));

    /// <summary>Blocks that were sent until the last completion, over what those who were there could send; NaN where there is no limit.</summary>
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

    /// <summary>Bytes a second that a client can give.</summary>
    public static double UpOf(SwarmScene scene, SwarmPeer peer) => peer.Role switch
    {
        SwarmRole.Seed => scene.SeedUp * SwarmSimulation.MiB,
        SwarmRole.Leecher => scene.Up * SwarmSimulation.MiB,
        _ => 0,
    };

    private static double JoinOf(SwarmPeer peer) => (double)peer.JoinedAt!.Value / TimeSpan.TicksPerSecond;

    private double Up(SwarmPeer peer) => UpOf(scene, peer);
}
