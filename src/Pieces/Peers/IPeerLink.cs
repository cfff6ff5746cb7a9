using System.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>What a torrent's loop can send to a connected peer, and the results of the handshake. No member waits.</summary>
internal interface IPeerLink
{
    /// <summary>The remote address of the socket.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>Whether we dialled.</summary>
    bool IsOutbound { get; }

    /// <summary>The id from its handshake.</summary>
    PeerId RemoteId { get; }

    /// <summary>Whether the whole stream is encrypted.</summary>
    bool IsEncrypted { get; }

    /// <summary>Whether both sides support the fast extension (BEP 6).</summary>
    bool SupportsFast { get; }

    /// <summary>Whether both sides support the extension protocol (BEP 10).</summary>
    bool SupportsExtensions { get; }

    /// <summary>Whether both sides support the DHT (BEP 5).</summary>
    bool SupportsDht { get; }

    /// <summary>Number of blocks queued for upload.</summary>
    int QueuedUploads { get; }

    /// <summary>Size in bytes of the queued messages without blocks.</summary>
    int UnsentBytes { get; }

    /// <summary>Queues a message and sends it at once. The connection is closed if more than 1 MiB is queued because the peer does not
    /// read.</summary>
    void Send(PeerMessage message);

    /// <summary>Queues a message that is not urgent: it is sent together with the next urgent one, or by <see cref="Flush"/>.</summary>
    void SendSoon(PeerMessage message);

    /// <summary>Sends the queued messages.</summary>
    void Flush();

    /// <summary>Requests blocks in order, as one queue operation.</summary>
    void SendRequests(IReadOnlyList<BlockRequest> blocks);

    /// <summary>Queues a block for upload; false if the queue (512 blocks, advertised as <c>reqq</c>) is full.</summary>
    bool TryQueueUpload(BlockRequest block);

    /// <summary>Removes a block from the upload queue; false if it is not queued (already sent, or never requested).</summary>
    bool CancelUpload(BlockRequest block);

    /// <summary>Empties the upload queue when we choke, and returns its blocks so that they can be rejected (BEP 6).</summary>
    IReadOnlyList<BlockRequest> DropUploads();

    /// <summary>Closes the connection asynchronously; the first reason is kept.</summary>
    void Close(string reason);
}
