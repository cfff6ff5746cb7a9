using System.Net;
using Pieces.Trackers.Server;
using Serilog;

namespace Pieces.Cli.Tracker;

/// <summary>What a <see cref="TrackerServer"/> is to do. Immutable; every default is given at its member.</summary>
internal sealed record TrackerServerOptions
{
    /// <summary>Address to listen on; default IPv4 loopback.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port of TCP and UDP alike; default 6969, 0 for any that is free for both.</summary>
    public int Port { get; init; } = 6969;

    /// <summary>Time between announces that peers are asked for; default 2 minutes.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Least time between announces that peers are asked for; default 10 s, so that those who wait for others find them soon.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Who is in which swarm; null (default) for a table of its own, by the settings here.</summary>
    public AnnounceTable? Table { get; init; }

    /// <summary>Source of time; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of chance for the choice of peers; default a new one.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Where it logs; default nowhere.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;
}
