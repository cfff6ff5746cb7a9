using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>The torrent of a <see cref="TrackerClient"/> and its options. Immutable; each member states its default.</summary>
internal sealed record TrackerClientOptions
{
    /// <summary>The swarm.</summary>
    public required SwarmKey InfoHash { get; init; }

    /// <summary>Our peer id.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>Our listen ports, read at each announce; port 0, if we cannot be reached, is announced as it is.</summary>
    public required PortState Ports { get; init; }

    /// <summary>Tracker URLs by tier (BEP 12). A URL that occurs twice is used once, at its first position.</summary>
    public required ImmutableArray<ImmutableArray<string>> Tiers { get; init; }

    /// <summary>The trackers named by the user; their addresses are not restricted. Default none.</summary>
    public ImmutableArray<string> UserTrackers { get; init; } = [];

    /// <summary>Proves to trackers that we are the same peer after our address has changed; default 0.</summary>
    public uint Key { get; init; }

    /// <summary>Whether the torrent is private (BEP 27): it is announced to its trackers strictly in order. Default false.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Encryption policy of peer connections, sent to HTTP trackers; default <see cref="EncryptionPolicy.Off"/>.</summary>
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Off;

    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which peers are accepted from responses.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>Clock and timers. Default: those of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Random numbers. Read only in the constructor, so one instance may be shared by the creator of several clients.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Log. Default: none.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Creates the tracker of a URL instead of <see cref="TrackerFactory"/>; for tests. Default null.</summary>
    public Func<string, ITracker>? CreateTracker { get; init; }
}
