using System.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>What a torrent's loop may say to a connected peer, and what the handshake settled. No member waits.</summary>
internal interface IPeerLink
{
    /// <summary>The other side's address as the socket has it.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>Whether we dialled.</summary>
    bool IsOutbound { get; }

    /// <summary>The id from its handshake.</summary>
    PeerId RemoteId { get; }

    /// <summary>Whether the whole stream is encrypted.</summary>
    bool IsEncrypted { get; }

    /// <summary>Whether both sides speak the fast extension (BEP 6).</summary>
    bool SupportsFast { get; }

    /// <summary>Whether both sides speak the extension protocol (BEP 10).</summary>
    bool SupportsExtensions { get; }

    /// <summary>Whether both sides take part in the DHT (BEP 5).</summary>
    bool SupportsDht { get; }

    /// <summary>Number of blocks that are queued to be sent.</summary>
    int QueuedUploads { get; }

    /// <summary>Bytes of queued messages, blocks not included.</summary>
    int UnsentBytes { get; }

    /// <summary>Queues a message to be sent now. A peer that does not read what is queued (1 MiB) is closed.</summary>
    void Send(PeerMessage message);

    /// <summary>Queues a message that is not urgent: it is sent with the next urgent one, or by <see cref="Flush"/>.</summary>
    void SendSoon(PeerMessage message);

    /// <summary>Sends what is queued.</summary>
    void Flush();

    /// <summary>Requests blocks, in order, as one entry of the queue.</summary>
    void SendRequests(IReadOnlyList<BlockRequest> blocks);

    /// <summary>Queues a block to be read and sent; false when the queue (512, advertised as <c>reqq</c>) is full.</summary>
    bool TryQueueUpload(BlockRequest block);

    /// <summary>Takes a block out of the queue; false when it is not there (already sent, or never requested).</summary>
    bool CancelUpload(BlockRequest block);

    /// <summary>Empties the queue of blocks (we choke) and returns what was in it, for rejects (BEP 6).</summary>
    IReadOnlyList<BlockRequest> DropUploads();

    /// <summary>Closes the connection soon; the first reason counts.</summary>
    void Close(string reason);
}
