using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>A block that a peer sent (BEP 3, "piece"). The holder of the message owns the buffer, which is exactly as long as the payload.</summary>
internal sealed record BlockMessage(uint Piece, uint Begin, BlockBuffer Data) : PeerMessage;

/// <summary>Receives the events of a connection. Called on the connection's own tasks; a torrent posts to its inbox.</summary>
internal interface IPeerSink
{
    /// <summary>
    /// The messages of one read, in order, without keep-alives and unknown messages. The connection does not read on until the returned task has
    /// completed (back-pressure). The sink owns the batch from this call on.
    /// </summary>
    ValueTask OnMessagesAsync(PeerConnection peer, PeerBatch batch, CancellationToken cancellationToken);

    /// <summary>Blocks were sent to the peer; called once per write.</summary>
    void OnUploaded(PeerConnection peer, int blocks, long bytes);

    /// <summary>The connection has ended, for any reason; called exactly once, as the last call.</summary>
    void OnClosed(PeerConnection peer, string reason, bool isProtocolError);
}
