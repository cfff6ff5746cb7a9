using System.Diagnostics.CodeAnalysis;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The connected peers of one torrent: who may come in, and which of two connections with one peer stays. Owned by the torrent's loop.</summary>
internal sealed class PeerPool
{
    private readonly Dictionary<PeerConnection, PeerState> _byConnection = [];
    private readonly List<PeerState> _peers = [];
    private readonly PeerBook _book;
    private readonly PeerId _ownId;
    private readonly int _maxPeers;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="book">Knows who is banned.</param>
    /// <param name="ownId">Our own id, for the choice between two connections.</param>
    /// <param name="maxPeers">Most connections at one time.</param>
    public PeerPool(PeerBook book, PeerId ownId, int maxPeers)
    {
        _book = book;
        _ownId = ownId;
        _maxPeers = maxPeers;
    }

    /// <summary>Everybody with whom the handshake is done.</summary>
    public IReadOnlyList<PeerState> Peers => _peers;

    /// <summary>Places that are free.</summary>
    public int Room => Math.Max(0, _maxPeers - _peers.Count);

    /// <summary>The state that belongs to a connection; false when it was refused or has left.</summary>
    public bool TryGet(PeerConnection connection, [NotNullWhen(true)] out PeerState? peer) => _byConnection.TryGetValue(connection, out peer);

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
        foreach (PeerState known in _peers)
        {
            if (known.Connection!.RemoteId != peer.RemoteId)
                continue;
            if (known.Connection.IsOutbound == peer.IsOutbound || peer.IsOutbound != IsOwnIdSmaller(peer.RemoteId))
                return "already connected";
            replaced = known;
            return null;
        }

        return Room == 0 ? $"{_maxPeers} peers are connected" : null;
    }

    /// <summary>Takes a peer in.</summary>
    public void Admit(PeerState peer)
    {
        _byConnection.Add(peer.Connection!, peer);
        _peers.Add(peer);
    }

    /// <summary>Lets a peer go; null when it was not in.</summary>
    public PeerState? Remove(PeerConnection connection)
    {
        if (!_byConnection.Remove(connection, out PeerState? peer))
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
