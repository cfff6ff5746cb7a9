using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;
using Serilog;

namespace Pieces.Peers;

/// <summary>What a connection works with.</summary>
internal sealed record PeerConnectionOptions
{
    /// <summary>Who this is, for requests and blame.</summary>
    public required SourceId Id { get; init; }

    /// <summary>The stream after the handshake; the connection owns it from <see cref="PeerConnection.Start"/> on.</summary>
    public required ITransportConnection Transport { get; init; }

    /// <summary>What the handshake told.</summary>
    public required HandshakeResult Handshake { get; init; }

    /// <summary>Hears what the peer says.</summary>
    public required IPeerSink Sink { get; init; }

    /// <summary>
    /// Gives the source of blocks for upload, asked when the first block is to be sent: a connection can be older than the store. The source must not
    /// touch a destination once its task has ended, also when that was cancelled.
    /// </summary>
    public required Func<IBlockReader> Store { get; init; }

    /// <summary>Gives buffers for blocks that come.</summary>
    public required BlockPool Pool { get; init; }

    /// <summary>Bounds what messages hold whose end has not come, over all connections of the client.</summary>
    public required UnfinishedMessages Unfinished { get; init; }

    /// <summary>Number of pieces, which bounds a bitfield; 0 while it is not known.</summary>
    public required int PieceCount { get; init; }

    /// <summary>Limits what is received, protocol overhead included; null (default) for no limit.</summary>
    public RateLimiter? DownloadLimiter { get; init; }

    /// <summary>Limits what is sent, protocol overhead included; null (default) for no limit.</summary>
    public RateLimiter? UploadLimiter { get; init; }

    /// <summary>Source of time and timers.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Hears a peer's life.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Hears every message, or null (default) for nobody.</summary>
    public PeerTrace? Trace { get; init; }
}
