using Microsoft.Extensions.Logging;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Peers;

/// <summary>Dependencies of a connection.</summary>
internal sealed record PeerConnectionOptions
{
    /// <summary>Identifies the peer for requests and bans.</summary>
    public required SenderId Id { get; init; }

    /// <summary>The connection after the handshake; owned by the peer connection from <see cref="PeerConnection.Start"/> on.</summary>
    public required ITransportConnection Transport { get; init; }

    /// <summary>The results of the handshake.</summary>
    public required HandshakeResult Handshake { get; init; }

    /// <summary>Receives the peer's messages.</summary>
    public required IPeerSink Sink { get; init; }

    /// <summary>
    /// Returns the source of blocks for upload. It is called when the first block is to be sent, because a connection can be older than the store.
    /// The source must not write to a destination once its task has ended, even if the task was cancelled.
    /// </summary>
    public required Func<IBlockReader> Store { get; init; }

    /// <summary>Provides buffers for received blocks.</summary>
    public required BlockPool Pool { get; init; }

    /// <summary>Limits the memory of incomplete messages over all connections of the client.</summary>
    public required UnfinishedMessages Unfinished { get; init; }

    /// <summary>Number of pieces, which limits the length of a bitfield; 0 while it is unknown.</summary>
    public required int PieceCount { get; init; }

    /// <summary>Limits the download rate, protocol overhead included; null (default) for no limit.</summary>
    public RateLimiter? DownloadLimiter { get; init; }

    /// <summary>Limits the upload rate, protocol overhead included; null (default) for no limit.</summary>
    public RateLimiter? UploadLimiter { get; init; }

    /// <summary>Clock and timers.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Log of the connection.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Logs every message; null (default) for none.</summary>
    public PeerTrace? Trace { get; init; }
}
