using System.Net;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// One peer after the handshake: a read task and a write task on one stream. It turns bytes into messages and back, keeps time-outs and
/// sends queued blocks; it decides nothing about pieces. All members may be called from any thread and never wait.
/// </summary>
internal sealed class PeerConnection
{
    /// <summary>Who this is, for requests and blame.</summary>
    public SourceId Id => throw new NotImplementedException();

    /// <summary>The other side's address as the socket has it.</summary>
    public IPEndPoint RemoteEndPoint => throw new NotImplementedException();

    /// <summary>Whether we dialled.</summary>
    public bool IsOutbound => throw new NotImplementedException();

    /// <summary>The id from its handshake.</summary>
    public PeerId RemoteId => throw new NotImplementedException();

    /// <summary>Whether both sides speak the fast extension (BEP 6).</summary>
    public bool SupportsFast => throw new NotImplementedException();

    /// <summary>Whether both sides speak the extension protocol (BEP 10).</summary>
    public bool SupportsExtensions => throw new NotImplementedException();

    /// <summary>Ends when both tasks have ended and the stream is closed; never faults.</summary>
    public Task Completion => throw new NotImplementedException();

    /// <summary>Blocks that wait to be sent.</summary>
    public int QueuedUploads => throw new NotImplementedException();

    /// <summary>Starts both tasks. The sink hears nothing before.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Puts a message into the outbox; what is there when the write task comes goes out in one segment. A peer that does not take what
    /// collects (1 MiB) is closed.</summary>
    public void Send(PeerMessage message) => throw new NotImplementedException();

    /// <summary>Asks for blocks, in order, as one entry of the outbox.</summary>
    public void SendRequests(IReadOnlyList<BlockRequest> blocks) => throw new NotImplementedException();

    /// <summary>Queues a block to be read and sent; false when the queue (512, advertised as <c>reqq</c>) is full.</summary>
    public bool TryQueueUpload(BlockRequest block) => throw new NotImplementedException();

    /// <summary>Takes a block out of the queue; false when it is not there (sent already, or never asked).</summary>
    public bool CancelUpload(BlockRequest block) => throw new NotImplementedException();

    /// <summary>Empties the queue (we choke) and returns what was in it, for rejects (BEP 6).</summary>
    public IReadOnlyList<BlockRequest> DropUploads() => throw new NotImplementedException();

    /// <summary>Closes soon, without waiting; the sink hears <paramref name="reason"/>.</summary>
    public void Close(string reason) => throw new NotImplementedException();
}
