using System.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

/// <summary>A connection that records what it is asked to send.</summary>
internal sealed class FakeLink : IPeerLink
{
    public List<PeerMessage> Sent { get; } = [];

    /// <summary>Called with each message.</summary>
    public Action<PeerMessage> OnSent { get; set; } = _ => { };

    /// <summary>Called with each group of requests.</summary>
    public Action<IReadOnlyList<BlockRequest>> OnRequests { get; set; } = _ => { };

    public List<BlockRequest> Requests { get; } = [];

    public string? ClosedFor { get; private set; }

    public IPEndPoint RemoteEndPoint { get; init; } = new(IPAddress.Loopback, 6881);

    public bool IsOutbound { get; init; }

    public PeerId RemoteId { get; init; }

    public bool IsEncrypted => false;

    public bool SupportsFast { get; init; } = true;

    public bool SupportsExtensions { get; init; } = true;

    public bool SupportsDht => false;

    public int QueuedUploads => 0;

    public int UnsentBytes => 0;

    public void Send(PeerMessage message)
    {
        Sent.Add(message);
        OnSent(message);
    }

    public void SendSoon(PeerMessage message) => Send(message);

    public void Flush()
    {
    }

    public void SendRequests(IReadOnlyList<BlockRequest> blocks)
    {
        Requests.AddRange(blocks);
        OnRequests(blocks);
    }

    public bool TryQueueUpload(BlockRequest block) => true;

    public bool CancelUpload(BlockRequest block) => false;

    public IReadOnlyList<BlockRequest> DropUploads() => [];

    public void Close(string reason) => ClosedFor ??= reason;
}
