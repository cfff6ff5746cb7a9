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
    private readonly Dictionary<SourceId, Recipient> _recipients = [];

    /// <summary>Watches the peers of a torrent.</summary>
    /// <param name="layout">Its pieces and blocks.</param>
    /// <param name="countsBlocks">Whether what is sent counts beside a peer's own word; that takes a bit for each block and peer.</param>
    public Delivery(PieceLayout layout, bool countsBlocks)
    {
        _layout = layout;
        _countsBlocks = countsBlocks;
    }

    /// <summary>A block is going to be sent to a peer.</summary>
    public void OnQueued(PeerState peer, BlockRequest block) => Mark(peer, block, isSent: true);

    /// <summary>The block is not going to be sent after all.</summary>
    public void OnDropped(PeerState peer, BlockRequest block) => Mark(peer, block, isSent: false);

    /// <summary>Looks at a peer that has said something.</summary>
    /// <returns>Whether it has just become complete; once for each connection.</returns>
    public bool HasCompleted(PeerState peer)
    {
        if (!peer.Pieces.HasAll)
        {
            // Only who lacks something is interested in what we have.
            if (peer.Flags.PeerInterested && !_recipients.ContainsKey(peer.Id))
                _recipients.Add(peer.Id, new Recipient());
            return false;
        }

        return _recipients.Remove(peer.Id);
    }

    /// <summary>A peer has left.</summary>
    /// <returns>Whether it took with it everything that it lacked.</returns>
    public bool HasTakenAll(PeerState peer)
    {
        if (!_recipients.Remove(peer.Id, out Recipient? recipient))
            return false;
        return _countsBlocks && peer.Ending == PeerEnding.Unplanned && peer.Link.QueuedUploads == 0 && HasAll(peer, recipient);
    }

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
