using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents.Uploading;

/// <summary>
/// Detects that a peer that connected incomplete has become complete. Either its own messages show it, or it disconnects after we have sent it every
/// block of the pieces that it had not announced (not all clients send <c>have</c> messages to a seed). A block counts as sent if it was requested
/// and not cancelled. Owned by the torrent's loop.
/// </summary>
internal sealed class Delivery
{
    private readonly PieceLayout _layout;
    private readonly bool _countsBlocks;
    private readonly Action<PeerState> _completed;
    private readonly Dictionary<SenderId, Recipient> _recipients = [];

    /// <summary>Creates an instance.</summary>
    /// <param name="layout">The pieces and blocks of the torrent.</param>
    /// <param name="countsBlocks">Whether sent blocks are counted in addition to the peer's own messages. That takes one bit per block and
    /// peer.</param>
    /// <param name="completed">Called for every peer that has become complete, once per connection.</param>
    public Delivery(PieceLayout layout, bool countsBlocks, Action<PeerState> completed)
    {
        _completed = completed;
        _layout = layout;
        _countsBlocks = countsBlocks;
    }

    /// <summary>A block is queued to be sent to a peer.</summary>
    public void OnQueued(PeerState peer, BlockRequest block) => Mark(peer, block, isSent: true);

    /// <summary>A queued block will not be sent.</summary>
    public void OnDropped(PeerState peer, BlockRequest block) => Mark(peer, block, isSent: false);

    /// <summary>A peer has sent messages, after which it may be complete.</summary>
    public void Look(PeerState peer)
    {
        if (peer.Pieces.HasAll)
        {
            if (_recipients.Remove(peer.Id))
                _completed(peer);
        }
        else if (peer.Flags.PeerInterested && !_recipients.ContainsKey(peer.Id))
        {
            // An interested peer is incomplete.
            _recipients.Add(peer.Id, new Recipient());
        }
    }

    /// <summary>A peer has left, possibly after receiving everything it lacked.</summary>
    public void Forget(PeerState peer)
    {
        if (_recipients.Remove(peer.Id, out Recipient? recipient) && HasTakenAll(peer, recipient))
            _completed(peer);
    }

    private bool HasTakenAll(PeerState peer, Recipient recipient) =>
        _countsBlocks && peer.Ending == PeerEnding.Unplanned && peer.Link.QueuedUploads == 0 && HasAll(peer, recipient);

    private bool HasAll(PeerState peer, Recipient recipient)
    {
        for (int i = 0; i < _layout.PieceCount; i++)
        {
            PieceIndex piece = _layout.Piece(i);
            if (!peer.Pieces.Has(piece) && !recipient.HasAllOf(piece, _layout.BlockCountOf(piece)))
                return false;
        }

        return true;
    }

    private void Mark(PeerState peer, BlockRequest block, bool isSent)
    {
        if (!_countsBlocks)
            return;

        // If a peer requests blocks of unusual position or length, only its own messages count.
        int ordinal = block.Begin / BlockRequest.MaxLength;
        if (!_recipients.TryGetValue(peer.Id, out Recipient? recipient) || _layout.Block(block.Piece, ordinal) != block)
            return;
        recipient.Mark(block.Piece, ordinal, _layout.BlockCountOf(block.Piece), isSent);
    }

    /// <summary>The blocks that were sent to one peer, one bit per block.</summary>
    private sealed class Recipient
    {
        private readonly Dictionary<PieceIndex, Bitfield> _pieces = [];

        public bool HasAllOf(PieceIndex piece, int blocks) =>
            _pieces.TryGetValue(piece, out Bitfield? sent) && sent.Length == blocks && sent.IsFull;

        public void Mark(PieceIndex piece, int ordinal, int blocks, bool isSent)
        {
            if (!_pieces.TryGetValue(piece, out Bitfield? sent))
                _pieces.Add(piece, sent = new Bitfield(blocks));
            if (isSent)
                sent.Set(ordinal);
            else
                sent.Clear(ordinal);
        }
    }
}
