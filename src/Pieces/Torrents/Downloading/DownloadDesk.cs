using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.Downloading;

/// <summary>Carries out what the torrent's pieces decide: interest, requests, cancels. Owned by the torrent's loop.</summary>
internal sealed class DownloadDesk
{
    private readonly PieceManager _pieces;
    private readonly PeerPool _pool;
    private readonly DownloadShares _shares;
    private readonly TimeProvider _time;
    private readonly List<BlockRequest> _requests = [];
    private readonly List<PeerRequest> _cancels = [];
    private readonly PriorityQueue<PeerState, double> _soonest = new();

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
        long now = _time.GetTimestamp();
        if (!Prepare(peer, now))
            return;
        _requests.Clear();
        if (_pieces.FillRequests(peer, now, _requests) > 0)
            peer.Link.SendRequests(_requests);
    }

    /// <summary>
    /// Serves everybody: room has come free, or requests have. Where there is less to ask for than everybody could be asked, as at the front of a window in a
    /// crowd, it goes to those from whom it will be here soonest.
    /// </summary>
    public void ServeAll()
    {
        long now = _time.GetTimestamp();
        foreach (PeerState peer in _pool.Peers)
        {
            if (Prepare(peer, now))
                _soonest.Enqueue(peer, peer.Requests.SecondsTillNext);
        }

        while (_soonest.TryDequeue(out PeerState? peer, out _))
            AskWhileSoonest(peer, now);
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
            peer.Link.Send(NotInterestedMessage.Instance);
        }
    }

    // Whether a peer may be asked for something. That the interest has gone is told at ticks.
    private bool Prepare(PeerState peer, long now)
    {
        if (_isStopping)
            return false;
        bool isInteresting = peer.IsInteresting;
        if (isInteresting && !peer.Flags.AmInterested)
        {
            peer.Flags.AmInterested = true;
            peer.Link.Send(InterestedMessage.Instance);
        }

        _shares.Tend(peer, now);
        return isInteresting;
    }

    // A part of its window at a time, till another would answer sooner; then it waits in line again.
    private void AskWhileSoonest(PeerState peer, long now)
    {
        _requests.Clear();
        bool isMore;
        do
        {
            isMore = _pieces.FillRequests(peer, now, _requests, peer.Requests.NextStep) > 0;
        }
        while (isMore && !(_soonest.TryPeek(out _, out double next) && next < peer.Requests.SecondsTillNext));

        if (_requests.Count > 0)
            peer.Link.SendRequests(_requests);
        if (isMore)
            _soonest.Enqueue(peer, peer.Requests.SecondsTillNext);
    }

    private void SendCancels()
    {
        foreach (PeerRequest cancel in _cancels)
        {
            BlockRequest block = cancel.Block;
            cancel.Peer.Link.Send(new CancelMessage((uint)block.Piece.Value, (uint)block.Begin, (uint)block.Length));
        }

        _cancels.Clear();
    }
}
