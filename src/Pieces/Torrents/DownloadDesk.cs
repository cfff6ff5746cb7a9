using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Carries out what the torrent's pieces decide: interest, requests, cancels. Owned by the torrent's loop.</summary>
internal sealed class DownloadDesk
{
    private readonly PieceManager _pieces;
    private readonly PeerPool _pool;
    private readonly DownloadShares _shares;
    private readonly TimeProvider _time;
    private readonly List<BlockRequest> _requests = [];
    private readonly List<PeerRequest> _cancels = [];

    private bool _isStopping;

    public DownloadDesk(PieceManager pieces, PeerPool pool, DownloadShares shares, TimeProvider time)
    {
        _pieces = pieces;
        _pool = pool;
        _shares = shares;
        _time = time;
    }

    /// <summary>A block has come; its buffer is not the caller's any more.</summary>
    public void OnBlock(PeerState peer, BlockMessage block)
    {
        _pieces.Accept(peer, block, _time.GetTimestamp(), _cancels);
        SendCancels();
    }

    /// <summary>From now on nothing is asked for; what comes is still taken.</summary>
    public void StopAsking()
    {
        _isStopping = true;
        foreach (PeerState peer in _pool.Peers)
            _shares.Release(peer);
    }

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer) => _shares.Release(peer);

    /// <summary>Tells a peer of our interest when that has changed, and asks it for what its window has room for.</summary>
    public void Serve(PeerState peer)
    {
        if (_isStopping)
            return;
        bool isInteresting = peer.IsInteresting;
        if (isInteresting && !peer.Flags.AmInterested)
        {
            peer.Flags.AmInterested = true;
            peer.Connection!.Send(InterestedMessage.Instance);
        }

        long now = _time.GetTimestamp();
        _shares.Tend(peer, now);
        if (!isInteresting)
            return;
        _requests.Clear();
        if (_pieces.FillRequests(peer, now, _requests) > 0)
            peer.Connection!.SendRequests(_requests);
    }

    /// <summary>Serves everybody: room has come free, or requests have.</summary>
    public void ServeAll()
    {
        foreach (PeerState peer in _pool.Peers)
            Serve(peer);
    }

    /// <summary>Looks for late requests, and asks others instead.</summary>
    public void Tick(long now)
    {
        _pieces.Tick(now, _cancels);
        SendCancels();
        ServeAll();

        // Not at once: who has nothing for us now has often the next moment, and its choker need not hear of each change.
        foreach (PeerState peer in _pool.Peers)
        {
            if (!peer.Flags.AmInterested || peer.IsInteresting)
                continue;
            peer.Flags.AmInterested = false;
            peer.Connection!.Send(NotInterestedMessage.Instance);
        }
    }

    private void SendCancels()
    {
        foreach (PeerRequest cancel in _cancels)
        {
            BlockRequest block = cancel.Block;
            cancel.Peer.Connection!.Send(new CancelMessage((uint)block.Piece.Value, (uint)block.Begin, (uint)block.Length));
        }

        _cancels.Clear();
    }
}
