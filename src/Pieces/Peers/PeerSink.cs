using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>A block that a peer sent (BEP 3, "piece"). The buffer belongs to whoever holds the message; it is exactly as long as the payload.</summary>
internal sealed record BlockMessage(uint Piece, uint Begin, BlockBuffer Data) : PeerMessage;

/// <summary>Hears a connection. Called on the connection's own tasks; a torrent's loop posts to its inbox.</summary>
internal interface IPeerSink
{
    /// <summary>
    /// Everything that one read brought, in order; keep-alives and unknown messages are left out. The connection reads on only when the returned
    /// task has ended (back-pressure). The sink owns the batch from this call on.
    /// </summary>
    ValueTask OnMessagesAsync(PeerConnection peer, PeerBatch batch, CancellationToken cancellationToken);

    /// <summary>Blocks went out to the peer; called once for each send.</summary>
    void OnUploaded(PeerConnection peer, int blocks, long bytes);

    /// <summary>The connection has ended, for whatever reason; called exactly once and last.</summary>
    void OnClosed(PeerConnection peer, string reason, bool isProtocolError);
}
