using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Sends the <c>have</c> messages that <see cref="SuperSeedPolicy"/> decides on: while we are the only seed of a crowd, our pieces are revealed one
/// by one to peers that run other programs. Owned by the torrent's loop.
/// </summary>
internal sealed class SuperSeeding
{
    private readonly SuperSeedPolicy? _decision;
    private readonly PieceTable _table;
    private readonly Bitfield _offered;
    private readonly PeerPool _pool;
    private readonly TimeProvider _time;

    /// <summary>Creates an instance.</summary>
    /// <param name="table">The state of every piece, and the number of its copies.</param>
    /// <param name="offered">The pieces that peers may request; not changed here.</param>
    /// <param name="pool">The connected peers.</param>
    /// <param name="isAllowed">False if our pieces are announced in another way, as for a stream.</param>
    /// <param name="time">Source of timestamps.</param>
    public SuperSeeding(PieceTable table, Bitfield offered, PeerPool pool, bool isAllowed, TimeProvider time)
    {
        _table = table;
        _offered = offered;
        _pool = pool;
        _time = time;
        _decision = isAllowed && table.Layout.PieceCount <= SuperSeedPolicy.MaxPieces ? new SuperSeedPolicy(table, time) : null;
    }

    /// <summary>
    /// Whether a peer that has just joined is super-seeded, so that no pieces are announced to it yet. The first peer sees all pieces, since there is
    /// no other peer to share with. So do peers that run this program: their lots distribute our pieces better than super-seeding can, since they
    /// know which peers we have unchoked and which pieces each has begun.
    /// </summary>
    public bool Receive(PeerState peer)
    {
        if (_decision is null || peer.IsOfOurs || _pool.Peers.Count < 2 || !_offered.IsFull || _decision.IsDone || _table.Seeds > 0)
            return false;
        _decision.Begin(peer.Id);
        return true;
    }

    /// <summary>A peer has requested a block.</summary>
    public void OnRequest(PeerState peer, PieceIndex piece) => _decision?.OnAsked(peer, piece, _time.GetTimestamp());

    /// <summary>A peer has joined, has sent messages or was unchoked: reveals more pieces to it.</summary>
    public void Serve(PeerState peer)
    {
        if (_decision?.Leads(peer.Id) != true)
            return;
        long now = _time.GetTimestamp();
        while (_offered.IsFull && _decision.TryShow(peer, now, out PieceIndex piece))
            peer.Link.Send(new HaveMessage((uint)piece.Value));
    }

    /// <summary>
    /// Reveals the pieces that are due. Reveals all pieces to a peer that makes no progress, and to all peers if every piece has a copy, another seed
    /// has joined, or fewer than two peers are left.
    /// </summary>
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

    /// <summary>Whether a peer only sees the pieces that are revealed to it.</summary>
    public bool Leads(PeerState peer) => _decision?.Leads(peer.Id) == true;

    /// <summary>A peer has been choked.</summary>
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
