using System.Net;
using Pieces.Dht;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Primitives;
using Serilog;

namespace Pieces;

/// <summary>What all torrents of one client share. Immutable; every default is given at its member.</summary>
public sealed record TorrentClientOptions
{
    /// <summary>First port to try to listen on; default 6881. 0 lets the system choose.</summary>
    public int FirstPort { get; init; } = 6881;

    /// <summary>Last port to try; default 6999. The first free one is taken.</summary>
    public int LastPort { get; init; } = 6999;

    /// <summary>What every socket is bound to, or null for anything; default null.</summary>
    public LocalBinding? Binding { get; init; }

    /// <summary>Whether connections with peers are encrypted; default <see cref="EncryptionPolicy.Prefer"/>.</summary>
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Prefer;

    /// <summary>How torrents that are not private take part in the DHT, or null for not at all; default null.</summary>
    public DhtSettings? Dht { get; init; }

    /// <summary>Bytes a second over all torrents, protocol overhead included; default unlimited.</summary>
    public ByteRate DownloadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Bytes a second over all torrents, protocol overhead included; default unlimited.</summary>
    public ByteRate UploadLimit { get; init; } = ByteRate.Unlimited;

    /// <summary>Bytes that unfinished pieces may hold in memory, over all torrents; default 16 MiB.</summary>
    public long PieceMemory { get; init; } = 16 * 1024 * 1024;

    /// <summary>Connections with peers at one time, over all torrents, dials among them; default 500. A torrent that has fewer than its even part
    /// may open more, and another closes some for it.</summary>
    public int MaxConnections { get; init; } = 500;

    /// <summary>File handles that may be open at one time, over all torrents; default 32: under a limit of 64 that leaves room for what
    /// the process itself has open, for files being made, and for some peers.</summary>
    public int MaxOpenFiles { get; init; } = 32;

    /// <summary>Source of time and timers; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of chance; default a new one. It is used under a lock, so a seeded one makes tests repeatable.</summary>
    public Random Random { get; init; } = new();

    /// <summary>Where the client logs; default nowhere.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
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
