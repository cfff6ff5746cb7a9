using Pieces.Torrents;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>Who limits what a client sends.</summary>
internal enum SwarmLimit
{
    /// <summary>Its line.</summary>
    Link,

    /// <summary>The client itself, whose upload limit is the rate of the line; the line has none.</summary>
    Client,
}

/// <summary>What is simulated. The same values give the same numbers.</summary>
internal sealed record SwarmScene
{
    public int Seed { get; init; } = 1;

    public int Leechers { get; init; } = 100;

    public int Seeds { get; init; } = 1;

    public int Pieces { get; init; } = 256;

    public int PieceKiB { get; init; } = 16;

    /// <summary>MiB a second that a seed can send; 0 for no limit.</summary>
    public double SeedUp { get; init; } = 1;

    /// <summary>MiB a second that a leecher can send; 0 for no limit.</summary>
    public double Up { get; init; } = 1;

    /// <summary>MiB a second that anybody can receive; 0 for no limit.</summary>
    public double Down { get; init; } = 8;

    /// <summary>Time within which the leechers join, in seconds.</summary>
    public double JoinSeconds { get; init; }

    /// <summary>Whether they come by chance within that time, or at equal distances.</summary>
    public bool JoinsByChance { get; init; }

    /// <summary>Median of the round trips, in milliseconds.</summary>
    public double RoundTrip { get; init; } = 80;

    /// <summary>99th percentile of the round trips, in milliseconds.</summary>
    public double LateRoundTrip { get; init; } = 400;

    /// <summary>Bytes of headers that each packet has.</summary>
    public int Header { get; init; }

    /// <summary>Share of the leechers that give nothing, and leave when they have everything.</summary>
    public double FreeRiders { get; init; }

    public PieceOrder Order { get; init; } = PieceOrder.InOrder;

    /// <summary>Seconds that a leecher stays when it has everything; negative for ever.</summary>
    public double Stay { get; init; } = -1;

    /// <summary>Share of the leechers that leave midway.</summary>
    public double Churn { get; init; }

    /// <summary>Share of those that come again, after 5 to 30 seconds, with what they had.</summary>
    public double Return { get; init; } = 0.5;

    /// <summary>Number of copies that the seeds upload before they leave, provided that each piece is with some leecher; 0 for never.</summary>
    public double SeedLeaves { get; init; }

    /// <summary>Peers that the tracker names.</summary>
    public int Known { get; init; } = 50;

    /// <summary>Most connections of a client.</summary>
    public int MaxPeers { get; init; } = new TorrentOptions().MaxPeers;

    public bool UsesPeerExchange { get; init; } = true;

    public SwarmLimit Limit { get; init; }

    /// <summary>Time limit of the simulation, in seconds.</summary>
    public double MaxSeconds { get; init; } = 3600;

    /// <summary>Bytes that everybody wants.</summary>
    public long Bytes => (long)Pieces * PieceKiB * 1024;
}
