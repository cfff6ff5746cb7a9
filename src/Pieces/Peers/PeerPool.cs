using System.Diagnostics.CodeAnalysis;
using System.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The connected peers of one torrent: who may come in, and which of two connections with one peer stays. Owned by the torrent's loop.</summary>
internal sealed class PeerPool
{
    /// <summary>Connections with one address, but for loopback, where many peers share one.</summary>
    public const int MaxPerAddress = 4;

    /// <summary>A peer with whom nothing was exchanged for so long may have to make room, in seconds.</summary>
    public const int IdleSeconds = 60;

    /// <summary>The same for one where a side wants something of the other and waits for its turn.</summary>
    public const int WaitingSeconds = 300;

    private readonly Dictionary<IPeerLink, PeerState> _byLink = [];
    private readonly List<PeerState> _peers = [];
    private readonly PeerBook _book;
    private readonly PeerId _ownId;
    private readonly int _maxPeers;
    private readonly TimeProvider _time;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="book">Knows who is banned.</param>
    /// <param name="ownId">Our own id, for the choice between two connections.</param>
    /// <param name="maxPeers">Most connections at one time.</param>
    /// <param name="time">Tells how long a peer has been connected.</param>
    public PeerPool(PeerBook book, PeerId ownId, int maxPeers, TimeProvider time)
    {
        _time = time;
        _book = book;
        _ownId = ownId;
        _maxPeers = maxPeers;
    }

    /// <summary>Everybody with whom the handshake is done.</summary>
    public IReadOnlyList<PeerState> Peers => _peers;

    // The rest is for peers of our own choice: strangers who dial us and do nothing must not fill the pool.
    private int MaxInbound => _maxPeers - (_maxPeers / 4);

    /// <summary>Places that are free.</summary>
    public int Room => Math.Max(0, _maxPeers - _peers.Count);

    /// <summary>The state that belongs to a connection; false when it was refused or has left.</summary>
    public bool TryGet(IPeerLink link, [NotNullWhen(true)] out PeerState? peer) => _byLink.TryGetValue(link, out peer);

    /// <summary>
    /// Says whether a peer that has just shaken hands may come in: null, or why not. Where two peers dialled each other at the same moment, both
    /// sides must keep the same one of the two connections: the one that the peer with the smaller id began.
    /// </summary>
    /// <param name="peer">Who came.</param>
    /// <param name="replaced">A connection that is to be closed in its favour.</param>
    public string? Refuse(HandshakenPeer peer, out PeerState? replaced)
    {
        replaced = null;
        if (_book.IsBanned(peer.RemoteEndPoint))
            return "banned";
        IPAddress address = peer.RemoteEndPoint.Address;
        int inbound = 0, sameAddress = 0;
        foreach (PeerState known in _peers)
        {
            IPeerLink link = known.Link;
            bool isSameAddress = link.RemoteEndPoint.Address.Equals(address);
            sameAddress += isSameAddress ? 1 : 0;
            inbound += link.IsOutbound ? 0 : 1;
            if (link.RemoteId != peer.RemoteId)
                continue;

            // Ids are no secret: a stranger who repeats one from elsewhere must not push the real one out.
            if (!isSameAddress || link.IsOutbound == peer.IsOutbound || peer.IsOutbound != IsOwnIdSmaller(peer.RemoteId))
                return "already connected";
            replaced = known;
            return null;
        }

        if (sameAddress >= MaxPerAddress && !IPAddress.IsLoopback(address))
            return $"{sameAddress} peers of this address are connected";
        bool isFull = Room == 0 || (!peer.IsOutbound && inbound >= MaxInbound);
        if (!isFull)
            return null;

        // A newcomer may be what we need; who has given and taken nothing for long has had its chance.
        replaced = LeastUseful(isInbound: !peer.IsOutbound);
        return replaced is null ? $"{_peers.Count} peers are connected" : null;
    }

    /// <summary>The peer that should make room for another: nothing was exchanged with it for long, the longest connected first. Null when all are of use.</summary>
    /// <param name="isInbound">Whether it must be one that dialled us.</param>
    public PeerState? LeastUseful(bool isInbound = false)
    {
        PeerState? least = null;
        foreach (PeerState peer in _peers)
        {
            if (isInbound && peer.Link.IsOutbound)
                continue;
            int patience = peer.Flags.PeerInterested || peer.Flags.AmInterested ? WaitingSeconds : IdleSeconds;
            if (peer.Provider.Downloaded.Total + peer.Uploaded.Total == 0 && _time.GetElapsedTime(peer.ConnectedAt).TotalSeconds > patience
                && (least is null || peer.ConnectedAt < least.ConnectedAt))
            {
                least = peer;
            }
        }

        return least;
    }

    /// <summary>Takes a peer in.</summary>
    public void Admit(PeerState peer)
    {
        _byLink.Add(peer.Link, peer);
        _peers.Add(peer);
    }

    /// <summary>Lets a peer go; null when it was not in.</summary>
    public PeerState? Remove(IPeerLink link)
    {
        if (!_byLink.Remove(link, out PeerState? peer))
            return null;
        _peers.Remove(peer);
        return peer;
    }

    private bool IsOwnIdSmaller(PeerId other)
    {
        Span<byte> own = stackalloc byte[PeerId.Length];
        Span<byte> theirs = stackalloc byte[PeerId.Length];
        _ownId.CopyTo(own);
        other.CopyTo(theirs);
        return own.SequenceCompareTo(theirs) < 0;
    }
}
