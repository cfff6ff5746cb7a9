using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Dht;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces;

/// <summary>Options shared by all torrents of a client. Immutable; each member states its default.</summary>
public sealed record TorrentClientOptions
{
    /// <summary>First port to try to listen on; default 6881. 0 lets the system choose.</summary>
    public int FirstPort { get; init; } = 6881;

    /// <summary>Last port to try to listen on; default 6999. The first free port of the range is used.</summary>
    public int LastPort { get; init; } = 6999;

    /// <summary>The binding of every socket, or null for no restriction. Default null.</summary>
    public LocalBinding? Binding { get; init; }

    /// <summary>Whether peer connections are encrypted; default <see cref="EncryptionPolicy.Prefer"/>.</summary>
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Prefer;

    /// <summary>
    /// How the client uses the DHT for torrents that are not private, or null to use no DHT. Default: the public network, without a cache file.
    /// </summary>
    public DhtSettings? Dht { get; init; } = new();

    /// <summary>Maximum download rate in bytes per second over all torrents, protocol overhead included; default unlimited.</summary>
    public ByteRate DownloadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Maximum upload rate in bytes per second over all torrents, protocol overhead included; default unlimited.</summary>
    public ByteRate UploadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Maximum memory for unfinished pieces over all torrents, in bytes; at least 1 MiB, default 16 MiB.</summary>
    public long PieceMemory { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Maximum number of peer connections over all torrents, including outgoing attempts; at least 1, default 500. A torrent with fewer than its
    /// equal share may open more, and another torrent then closes some.
    /// </summary>
    public int MaxConnections { get; init; } = 500;

    /// <summary>
    /// Maximum number of open file handles over all torrents; at least 4, default 32. With a process limit of 64 descriptors this leaves room for
    /// those of the process itself, for files being created, and for some peers.
    /// </summary>
    public int MaxOpenFiles { get; init; } = 32;

    /// <summary>Clock and timers. Default: those of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Random numbers. Default: a new instance. Accessed under a lock; a seeded instance makes tests repeatable.</summary>
    public Random Random { get; init; } = new();

    /// <summary>
    /// Creates the client's log, whose category is <c>Pieces</c>. Level Trace contains all messages of the peer protocol except blocks. Default: no
    /// log.
    /// </summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Creates the client's log.</summary>
    internal ILogger CreateLogger() => LoggerFactory.CreateLogger("Pieces");

    /// <summary>Checks that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(FirstPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LastPort, IPEndPoint.MaxPort);
        if (FirstPort != 0)
            ArgumentOutOfRangeException.ThrowIfLessThan(LastPort, FirstPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)Encryption, (uint)EncryptionPolicy.Off, nameof(Encryption));
        ArgumentOutOfRangeException.ThrowIfLessThan(PieceMemory, 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOpenFiles, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConnections, 1);
    }
}
