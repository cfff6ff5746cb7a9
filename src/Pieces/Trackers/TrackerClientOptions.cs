using System.Collections.Immutable;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Primitives;
using Serilog;

namespace Pieces.Trackers;

/// <summary>What a <see cref="TrackerClient"/> needs to know of its torrent. Immutable; every default is given at its member.</summary>
internal sealed record TrackerClientOptions
{
    /// <summary>The swarm.</summary>
    public required SwarmKey InfoHash { get; init; }

    /// <summary>Who we are.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>The port on which peers reach us, read at each announce; 0 when nobody can, which is announced as it is.</summary>
    public required PortState Ports { get; init; }

    /// <summary>Tracker URLs by tier (BEP 12). One that stands there twice is used once, at its first place.</summary>
    public required ImmutableArray<ImmutableArray<string>> Tiers { get; init; }

    /// <summary>Those of them that the user has named; they may be anywhere. Default none.</summary>
    public ImmutableArray<string> UserTrackers { get; init; } = [];

    /// <summary>Proves to trackers that we are the same peer after our address has changed; default 0.</summary>
    public uint Key { get; init; }

    /// <summary>Whether the torrent is private (BEP 27): its trackers are asked strictly one after the other; default false.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether connections with peers are encrypted, which HTTP trackers are told; default <see cref="EncryptionPolicy.Off"/>.</summary>
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Off;

    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which peers are taken from responses.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>Source of time and timers; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of chance; read in the constructor only, so it may be shared by whoever makes clients.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Where it logs; default nowhere.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;

    /// <summary>Makes the tracker of a URL instead of <see cref="TrackerFactory"/>; for tests, default null.</summary>
    public Func<string, ITracker>? CreateTracker { get; init; }
}
