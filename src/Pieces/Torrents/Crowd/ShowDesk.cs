using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Says what <see cref="SuperSeed"/> decides: while we are the only seed of a crowd, peers of other programs are told of our pieces one by one. Owned
/// by the torrent's loop.
/// </summary>
internal sealed class ShowDesk
{
    private readonly SuperSeed? _decision;
    private readonly PieceTable _table;
    private readonly Bitfield _offered;
    private readonly PeerPool _pool;
    private readonly TimeProvider _time;

    /// <summary>Makes it.</summary>
    /// <param name="table">What is here and how many copies there are.</param>
    /// <param name="offered">The pieces that peers may request; read only here.</param>
    /// <param name="pool">The connected peers.</param>
    /// <param name="isAllowed">False where what we have is said in another way, as for a stream.</param>
    /// <param name="time">Source of timestamps.</param>
    public ShowDesk(PieceTable table, Bitfield offered, PeerPool pool, bool isAllowed, TimeProvider time)
    {
        _table = table;
        _offered = offered;
        _pool = pool;
        _time = time;
        _decision = isAllowed && table.Layout.PieceCount <= SuperSeed.MaxPieces ? new SuperSeed(table, time) : null;
    }

    /// <summary>Whether a peer that has just come is to hear of nothing yet. The first sees everything: nobody is there to share with. So do those of
    /// our kind: their lots share out our pieces better than we can, since they know who may ask us and what each has begun.</summary>
    public bool Receive(PeerState peer)
    {
        if (_decision is null || peer.IsOfOurs || _pool.Peers.Count < 2 || !_offered.IsFull || _decision.IsDone || _table.Seeds > 0)
            return false;
        _decision.Begin(peer.Id);
        return true;
    }

    /// <summary>A peer asks for a block.</summary>
    public void OnRequest(PeerState peer, PieceIndex piece) => _decision?.OnAsked(peer, piece, _time.GetTimestamp());

    /// <summary>A peer has come, has said something, or may ask us from now on: shows it more.</summary>
    public void Serve(PeerState peer)
    {
        if (_decision?.Leads(peer.Id) != true)
            return;
        long now = _time.GetTimestamp();
        while (_offered.IsFull && _decision.TryShow(peer, now, out PieceIndex piece))
            peer.Link.Send(new HaveMessage((uint)piece.Value));
    }

    /// <summary>Shows what is due, everything to who gets nowhere with that, and to everybody when each piece is with somebody, another
    /// seed is there, or nobody to share with.</summary>
    public void Tick()
    {
        if (_decision is null || _decision.Led.Count == 0)
            return;
        long now = _time.GetTimestamp();
        bool isOver = _decision.IsDone || !_offered.IsFull || _table.Seeds > 0 || _pool.Peers.Count < 2;
        foreach (PeerState peer in _pool.Peers)
        {
            if (isOver || _decision.IsStuck(peer, now))
                ShowRest(peer);
            else
                Serve(peer);
        }
    }

    /// <summary>Whether a peer sees but what it is shown.</summary>
    public bool Leads(PeerState peer) => _decision?.Leads(peer.Id) == true;

    /// <summary>A peer may not ask us any more.</summary>
    public void OnChoked(PeerState peer) => _decision?.OnChoked(peer.Id);

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer) => _decision?.Forget(peer.Id);

    private void ShowRest(PeerState peer)
    {
        foreach (PieceIndex piece in _decision!.TakeRest(peer.Id))
        {
            if (_offered[piece])
                peer.Link.Send(new HaveMessage((uint)piece.Value));
        }
    }
}
