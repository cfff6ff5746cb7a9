using System.Net;
using Pieces.Trackers.Server;
using Serilog;

namespace Pieces.Cli.Tracker;

/// <summary>Options of a <see cref="TrackerServer"/>. Immutable. Each member documents its default.</summary>
internal sealed record TrackerServerOptions
{
    /// <summary>Address to listen on; the default is the IPv4 loopback address.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port for both TCP and UDP; the default is 6969. 0 means any port that is free for both.</summary>
    public int Port { get; init; } = 6969;

    /// <summary>Announce interval that peers are given; the default is 2 minutes.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Minimum announce interval that peers are given; the default is 10 s, so that waiting peers find new ones soon.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The announced peers of all swarms. Null (the default) creates a table with the settings of this object.</summary>
    public AnnounceTable? Table { get; init; }

    /// <summary>Source of time; the default is the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of randomness for the choice of peers; the default is a new one.</summary>
    public Random Random { get; init; } = new();

    /// <summary>The logger; the default discards everything.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;
}
