using Pieces.Torrents;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>The part that limits the upload rate of a client.</summary>
internal enum SwarmLimit
{
    /// <summary>The line of its host.</summary>
    Link,

    /// <summary>The client itself: its upload limit is the rate that the line would have, and the line has no limit.</summary>
    Client,
}

/// <summary>The parameters of a simulation. The same parameters give the same results.</summary>
internal sealed record SwarmScene
{
    public int Seed { get; init; } = 1;

    public int Leechers { get; init; } = 100;

    public int Seeds { get; init; } = 1;

    public int Pieces { get; init; } = 256;

    public int PieceKiB { get; init; } = 16;

    /// <summary>Upload rate of a seed in MiB per second; 0 for no limit.</summary>
    public double SeedUp { get; init; } = 1;

    /// <summary>Upload rate of a leecher in MiB per second; 0 for no limit.</summary>
    public double Up { get; init; } = 1;

    /// <summary>Download rate of each client in MiB per second; 0 for no limit.</summary>
    public double Down { get; init; } = 8;

    /// <summary>Time within which the leechers join, in seconds.</summary>
    public double JoinSeconds { get; init; }

    /// <summary>Whether the leechers join at random times within <see cref="JoinSeconds"/>; otherwise at equal intervals.</summary>
    public bool JoinsByChance { get; init; }

    /// <summary>Median of the round-trip times, in milliseconds.</summary>
    public double RoundTrip { get; init; } = 80;

    /// <summary>99th percentile of the round-trip times, in milliseconds.</summary>
    public double LateRoundTrip { get; init; } = 400;

    /// <summary>Length of the headers of each packet, in bytes.</summary>
    public int Header { get; init; }

    /// <summary>Probability that a leecher is a free rider: it uploads nothing and leaves when it is complete.</summary>
    public double FreeRiders { get; init; }

    public PieceOrder Order { get; init; } = PieceOrder.InOrder;

    /// <summary>Time for which a complete leecher stays, in seconds; negative for no limit.</summary>
    public double Stay { get; init; } = -1;

    /// <summary>Probability that a leecher leaves before it is complete.</summary>
    public double Churn { get; init; }

    /// <summary>Probability that such a leecher joins again, with its pieces, after 5 to 30 seconds.</summary>
    public double Return { get; init; } = 0.5;

    /// <summary>
    /// Number of copies of the content that a seed uploads before it leaves, provided that each piece is present at a leecher; 0 if seeds never
    /// leave.
    /// </summary>
    public double SeedLeaves { get; init; }

    /// <summary>Maximum number of peers in a response of the tracker.</summary>
    public int Known { get; init; } = 50;

    /// <summary>Maximum number of connections of a client.</summary>
    public int MaxPeers { get; init; } = new TorrentOptions().MaxPeers;

    public bool UsesPeerExchange { get; init; } = true;

    public SwarmLimit Limit { get; init; }

    /// <summary>Time limit of the simulation, in seconds.</summary>
    public double MaxSeconds { get; init; } = 3600;

    /// <summary>Length of the content in bytes.</summary>
    public long Bytes => (long)Pieces * PieceKiB * 1024;
}
