using Pieces.Peers;
using Pieces.Torrents.Downloading;
using Pieces.Wire;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Tells leechers of our kind whether a seed lets us ask it, and hears the same of them: those draw lots for the pieces that only seeds have
/// (<see cref="SeedCourtesy"/>). Owned by the torrent's loop.
/// </summary>
internal sealed class LotsDesk
{
    private readonly PeerPool _pool;
    private readonly PieceManager _pieces;
    private readonly bool _gives;
    private int _seeds;

    /// <summary>Makes it.</summary>
    /// <param name="pool">The connected peers.</param>
    /// <param name="pieces">Draws the lots.</param>
    /// <param name="gives">Whether we upload: what falls to one who does not is lost to the others.</param>
    public LotsDesk(PeerPool pool, PieceManager pieces, bool gives)
    {
        _gives = gives;
        _pool = pool;
        _pieces = pieces;
    }

    private bool Draws => _gives && _seeds > 0;

    /// <summary>A peer has said something that may change matters.</summary>
    public void Tend(PeerState peer)
    {
        bool drew = Draws;
        bool letsUs = peer.Pieces.HasAll && !peer.Flags.PeerChoking && peer.IsInteresting;
        if (letsUs != peer.LetsUs)
            Count(peer, letsUs);
        if (Draws != drew)
            TellAll();
        else
            Tell(peer);
    }

    /// <summary>A peer says whether it draws lots.</summary>
    public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload)
    {
        peer.DrawsLots = LotsCodec.Decode(payload);
        _pieces.LookAround();
    }

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer)
    {
        if (!peer.LetsUs)
            return;
        Count(peer, letsUs: false);
        if (!Draws)
            TellAll();
    }

    private void Count(PeerState peer, bool letsUs)
    {
        peer.LetsUs = letsUs;
        _seeds += letsUs ? 1 : -1;
    }

    private void TellAll()
    {
        foreach (PeerState peer in _pool.Peers)
            Tell(peer);
    }

    private void Tell(PeerState peer)
    {
        if (peer.LotsId == 0 || peer.HeardThatWeDraw == Draws)
            return;
        peer.HeardThatWeDraw = Draws;
        peer.Link.Send(new ExtendedMessage(peer.LotsId, LotsCodec.Encode(Draws)));
    }
}
