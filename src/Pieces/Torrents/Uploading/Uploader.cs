using System.Runtime.InteropServices;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.Crowd;
using Pieces.Wire;

namespace Pieces.Torrents.Uploading;

/// <summary>Serves the blocks that peers request, and carries out the choker's decisions. Owned by the torrent's loop.</summary>
internal sealed class Uploader
{
    /// <summary>
    /// Maximum number of requests that a choked peer may send before it is disconnected. Some requests cross our choke message on the way; a flood of
    /// them does not.
    /// </summary>
    public const int MaxRequestsWhileChoked = 1024;

    private readonly PieceLayout _layout;
    private readonly Bitfield _have;
    private readonly PeerPool _pool;
    private readonly ChokeRound _round;
    private readonly Delivery _delivery;
    private readonly SuperSeeding _show;
    private readonly Dictionary<SenderId, UploadState> _states = [];

    /// <summary>Creates an instance.</summary>
    /// <param name="layout">Used for range checks.</param>
    /// <param name="have">The pieces that peers may request; not changed here.</param>
    /// <param name="pool">The connected peers.</param>
    /// <param name="round">Decides which peers are unchoked.</param>
    /// <param name="delivery">Receives which blocks are sent to which peer.</param>
    /// <param name="show">Receives which pieces are requested, and which peers are choked and unchoked.</param>
    public Uploader(PieceLayout layout, Bitfield have, PeerPool pool, ChokeRound round, Delivery delivery, SuperSeeding show)
    {
        _show = show;
        _delivery = delivery;
        _layout = layout;
        _have = have;
        _pool = pool;
        _round = round;
    }

    /// <summary>A peer has requested a block.</summary>
    public void OnRequest(PeerState peer, RequestMessage request)
    {
        IPeerLink link = peer.Link;
        if (!_layout.TryGetBlock(request.Piece, request.Begin, request.Length, out BlockRequest block))
        {
            // The request is out of range, empty, or longer than any client uses. No honest client sends that.
            peer.Close(PeerEnding.Offence, $"requested {request.Length} bytes at {request.Begin} of piece {request.Piece}, which is not a block");
            return;
        }

        // A peer that was unchoked while it was not interested occupies a slot from now on, if one is free.
        if (StateOf(peer).IsOffered)
            OnInterested(peer);
        if (peer.Flags.AmChoking)
        {
            OnRequestWhileChoked(peer, request);
            return;
        }

        if (!_have[block.Piece] || !link.TryQueueUpload(block))
        {
            Reject(link, request);
            return;
        }

        _delivery.OnQueued(peer, block);
        _show.OnRequest(peer, block.Piece);
    }

    /// <summary>A peer has cancelled a request.</summary>
    public void OnCancel(PeerState peer, CancelMessage cancel)
    {
        IPeerLink link = peer.Link;
        if (!_layout.TryGetBlock(cancel.Piece, cancel.Begin, cancel.Length, out BlockRequest block) || !link.CancelUpload(block))
            return;
        _delivery.OnDropped(peer, block);
        if (link.SupportsFast)
        {
            // Every request is answered, by its block or by a reject. That includes cancelled ones (BEP 6).
            link.Send(new RejectRequestMessage(cancel.Piece, cancel.Begin, cancel.Length));
        }
    }

    /// <summary>A peer has become interested. If a slot is free, it is unchoked without waiting for the next round.</summary>
    public void OnInterested(PeerState peer)
    {
        ref UploadState state = ref StateOf(peer);
        bool mayStay = !state.IsOffered || _round.HasFreeSlot(_pool.Peers);
        peer.Flags.PeerInterested = true;
        state.IsOffered = false;
        if (peer.Flags.AmChoking)
            UseFreeSlot(peer);
        else if (!mayStay)
            Choke(peer);
    }

    /// <summary>A peer has unchoked us, so it no longer seems to download without uploading.</summary>
    public void OnUnchoked(PeerState peer)
    {
        if (peer.Flags.AmChoking && peer.Flags.PeerInterested)
            UseFreeSlot(peer);
    }

    /// <summary>
    /// A peer has sent messages. Unchokes peers that are not interested because we have nothing they lack. That uses no slot, and shows that we are
    /// not a free rider (<see cref="PeerState.LooksLikeFreeRider"/>).
    /// </summary>
    public void Tend(PeerState peer)
    {
        if (MayOffer(peer) && (peer.Pieces.HasAll || _have.Count == 0))
            Offer(peer);
        _delivery.Look(peer);
    }

    /// <summary>
    /// A peer is no longer interested. Its slot goes to another peer at the next round. A peer that we super-seed counts as interested: it will want
    /// the next piece.
    /// </summary>
    public void OnNotInterested(PeerState peer) => peer.Flags.PeerInterested = _show.Leads(peer);

    /// <summary>Runs a choke round if one is due.</summary>
    public void Tick(long now, bool isSeeding)
    {
        foreach (PeerState peer in _pool.Peers)
        {
            if (MayOffer(peer) && peer.Pieces.CountCommon(_have) == _have.Count)
                Offer(peer);
        }

        if (!_round.IsDue(_pool.Peers, now))
            return;
        List<SenderId> chosen = _round.Choose(_pool.Peers, now, isSeeding);
        foreach (PeerState peer in _pool.Peers)
        {
            bool unchoke = chosen.Contains(peer.Id);
            if (unchoke && peer.Flags.AmChoking)
                Unchoke(peer);
            else if (!unchoke && !peer.Flags.AmChoking && !StateOf(peer).IsOffered)
                Choke(peer);
        }
    }

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer)
    {
        _states.Remove(peer.Id);
        _round.Forget(peer.Id);
        _delivery.Forget(peer);
    }

    private ref UploadState StateOf(PeerState peer) => ref CollectionsMarshal.GetValueRefOrAddDefault(_states, peer.Id, out _);

    private bool MayOffer(PeerState peer) =>
        peer.Flags.AmChoking && !peer.Flags.PeerInterested && peer.Pieces.IsStated && !StateOf(peer).HasBeenUnchokedUnasked && _round.Gives;

    private void Offer(PeerState peer)
    {
        ref UploadState state = ref StateOf(peer);
        state.HasBeenUnchokedUnasked = true;
        state.IsOffered = true;
        Unchoke(peer);
    }

    private void UseFreeSlot(PeerState peer)
    {
        if (!peer.LooksLikeFreeRider && _round.HasFreeSlot(_pool.Peers))
            Unchoke(peer);
    }

    private static void Reject(IPeerLink link, RequestMessage request)
    {
        if (link.SupportsFast)
            link.Send(new RejectRequestMessage(request.Piece, request.Begin, request.Length));
    }

    private void OnRequestWhileChoked(PeerState peer, RequestMessage request)
    {
        Reject(peer.Link, request);
        int count = ++StateOf(peer).RequestsWhileChoked;
        if (count > MaxRequestsWhileChoked)
            peer.Close(PeerEnding.Offence, $"sent {count} requests while choked");
    }

    private void Unchoke(PeerState peer)
    {
        peer.Flags.AmChoking = false;
        StateOf(peer).RequestsWhileChoked = 0;
        _round.OnUnchoked(peer.Id);
        peer.Link.Send(UnchokeMessage.Instance);
        _show.Serve(peer);
    }

    private void Choke(PeerState peer)
    {
        IPeerLink link = peer.Link;
        peer.Flags.AmChoking = true;
        link.Send(ChokeMessage.Instance);
        _show.OnChoked(peer);
        foreach (BlockRequest dropped in link.DropUploads())
        {
            _delivery.OnDropped(peer, dropped);
            if (link.SupportsFast)
                link.Send(new RejectRequestMessage((uint)dropped.Piece.Value, (uint)dropped.Begin, (uint)dropped.Length));
        }
    }

    private struct UploadState
    {
        // Whether the peer was ever unchoked while it was not interested.
        public bool HasBeenUnchokedUnasked;

        // Whether the peer is unchoked and has not been interested since. It occupies no slot.
        public bool IsOffered;

        public int RequestsWhileChoked;
    }
}
