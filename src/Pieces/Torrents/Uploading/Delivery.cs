using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents.Uploading;

/// <summary>
/// Sees when a peer that came incomplete has everything: by its own word, or, since not all tell a seed of each piece, when it leaves by itself after every
/// block was sent to it that it did not say it had. A block counts as sent when it was asked for and not taken back. Owned by the torrent's loop.
/// </summary>
internal sealed class Delivery
{
    private readonly PieceLayout _layout;
    private readonly bool _countsBlocks;
    private readonly Action<PeerState> _completed;
    private readonly Dictionary<SourceId, Recipient> _recipients = [];

    /// <summary>Watches the peers of a torrent.</summary>
    /// <param name="layout">Its pieces and blocks.</param>
    /// <param name="countsBlocks">Whether what is sent counts beside a peer's own word; that takes a bit for each block and peer.</param>
    /// <param name="completed">Told of each peer that has become complete, once for each connection.</param>
    public Delivery(PieceLayout layout, bool countsBlocks, Action<PeerState> completed)
    {
        _completed = completed;
        _layout = layout;
        _countsBlocks = countsBlocks;
    }

    /// <summary>A block is going to be sent to a peer.</summary>
    public void OnQueued(PeerState peer, BlockRequest block) => Mark(peer, block, isSent: true);

    /// <summary>The block is not going to be sent after all.</summary>
    public void OnDropped(PeerState peer, BlockRequest block) => Mark(peer, block, isSent: false);

    /// <summary>A peer has sent messages, after which it may have everything.</summary>
    public void Look(PeerState peer)
    {
        if (peer.Pieces.HasAll)
        {
            if (_recipients.Remove(peer.Id))
                _completed(peer);
        }
        else if (peer.Flags.PeerInterested && !_recipients.ContainsKey(peer.Id))
        {
            // Only a peer that lacks something is interested in what we have.
            _recipients.Add(peer.Id, new Recipient());
        }
    }

    /// <summary>A peer has left, perhaps with everything that it lacked.</summary>
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

        // Whoever asks in other units than all the rest is believed by its word alone.
        int ordinal = block.Begin / BlockRequest.MaxLength;
        if (!_recipients.TryGetValue(peer.Id, out Recipient? recipient) || _layout.Block(block.Piece, ordinal) != block)
            return;
        recipient.Mark(block.Piece, ordinal, _layout.BlockCountOf(block.Piece), isSent);
    }

    /// <summary>What was sent to one peer, a bit for each block.</summary>
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
