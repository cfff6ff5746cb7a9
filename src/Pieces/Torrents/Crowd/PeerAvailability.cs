using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Torrents.Downloading;
using Pieces.Wire;

namespace Pieces.Torrents.Crowd;

/// <summary>
/// Handles the messages about the pieces that peers have, and about choking. Counts the copies of each piece in the swarm. Only peers count as
/// leechers and seeds, other providers do not. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerAvailability
{
    private readonly PieceTable _table;
    private readonly Requester _downloads;
    private readonly SeedSharingPolicy _sharing;
    private readonly TimeProvider _time;
    private readonly Dictionary<SenderId, Bitfield> _withdrawn = [];

    /// <summary>Creates an instance without peers.</summary>
    /// <param name="table">Receives the number of copies of each piece.</param>
    /// <param name="downloads">Requests blocks from peers.</param>
    /// <param name="sharing">Receives which peers have joined, and which piece a leecher was the first to have.</param>
    /// <param name="time">Source of timestamps.</param>
    public PeerAvailability(PieceTable table, Requester downloads, SeedSharingPolicy sharing, TimeProvider time)
    {
        _table = table;
        _downloads = downloads;
        _sharing = sharing;
        _time = time;
    }

    /// <summary>A peer has joined. If its pieces are known already, they are counted.</summary>
    public void Join(PeerState peer)
    {
        _downloads.Join(peer.Provider);
        Count(peer);
    }

    /// <summary>A peer has left.</summary>
    public void Leave(PeerState peer)
    {
        _downloads.Leave(peer.Provider);
        _withdrawn.Remove(peer.Id);
        Uncount(peer);
    }

    /// <summary>
    /// Handles messages about the pieces that a peer has, chokes and unchokes, rejects, and allowed-fast messages. Ignores other messages.
    /// </summary>
    public void OnMessage(PeerState peer, PeerMessage message)
    {
        switch (message)
        {
            case HaveMessage have:
                OnHave(peer, have.Piece);
                break;
            case BitfieldMessage bitfield:
                OnBitfield(peer, bitfield.Bytes);
                break;
            case HaveAllMessage:
                OnHaveAll(peer);
                break;
            case HaveNoneMessage:
                OnHaveNone(peer);
                break;
            case ChokeMessage:
                OnChoked(peer);
                break;
            case UnchokeMessage:
                peer.OnUnchoked(_time.GetTimestamp());
                break;
            case RejectRequestMessage reject:
                if (_table.Layout.TryGetBlock(reject.Piece, reject.Begin, reject.Length, out BlockRequest block))
                    _downloads.OnReject(peer.Provider, block);
                break;
            case AllowedFastMessage allowed:
                if (_table.Layout.TryGetPiece(allowed.Piece, out PieceIndex piece))
                    peer.Provider.Requests.AllowFast(piece);
                break;
        }
    }

    /// <summary>A peer has one more piece.</summary>
    public void OnHave(PeerState peer, uint index)
    {
        if (!_table.Layout.TryGetPiece(index, out PieceIndex piece))
        {
            peer.Close(PeerEnding.Offence, $"announced piece {index} of {_table.Layout.PieceCount}");
            return;
        }

        if (!peer.Pieces.Add(piece))
            return;
        if (_table.CopiesOf(piece) == _table.Seeds)
            _sharing.OnBrought(piece);
        _table.AddCopy(piece);
        _downloads.OnGained(peer.Provider, piece);
    }

    /// <summary>
    /// A peer no longer has a piece (BEP 54). Each peer may withdraw each piece once. Announcing and withdrawing it repeatedly only causes work, and
    /// is an offence.
    /// </summary>
    public void OnWithdrawn(PeerState peer, uint index)
    {
        if (!_table.Layout.TryGetPiece(index, out PieceIndex piece))
        {
            peer.Close(PeerEnding.Offence, $"withdrew piece {index} of {_table.Layout.PieceCount}");
            return;
        }

        // Some peers withdraw pieces that they never announced. Like a repeated `have`, that is harmless.
        if (!peer.Pieces.Has(piece))
            return;
        if (!Withdrawn(peer).Set(piece))
            peer.Offend(Offence.RepeatedWithdrawal);
        bool wasSeed = peer.Pieces.HasAll;
        peer.Pieces.Remove(piece, out bool wasWhole);
        if (wasWhole)
        {
            _table.RemoveSeed();
            _table.AddCopies(Bitfield.Full(_table.Layout.PieceCount));
        }

        _table.RemoveCopy(piece);
        _downloads.OnLost(peer.Provider, piece);
        if (wasSeed)
            _sharing.Look();
    }

    /// <summary>A peer has sent its bitfield (BEP 3). The connection is closed if the length is wrong or a spare bit is set.</summary>
    public void OnBitfield(PeerState peer, byte[] bytes)
    {
        if (!Bitfield.TryRead(bytes, _table.Layout.PieceCount, out Bitfield bits))
        {
            peer.Close(PeerEnding.Offence, $"a bitfield of {bytes.Length} bytes does not fit {_table.Layout.PieceCount} pieces");
            return;
        }

        if (IsAddition(peer, bits))
        {
            AddAll(peer, bits);
            return;
        }

        BeginStatement(peer);
        peer.Pieces.Replace(bits);
        Count(peer);
    }

    /// <summary>A peer has all pieces (BEP 6).</summary>
    public void OnHaveAll(PeerState peer)
    {
        BeginStatement(peer);
        peer.Pieces.SetAll();
        Count(peer);
    }

    /// <summary>A peer has no pieces (BEP 6).</summary>
    public void OnHaveNone(PeerState peer)
    {
        BeginStatement(peer);
        peer.Pieces.Clear();
    }

    /// <summary>
    /// A peer has choked us. Without the fast extension, that discards all pending requests. With it, the peer rejects each of them (BEP 6).
    /// </summary>
    public void OnChoked(PeerState peer)
    {
        peer.Flags.PeerChoking = true;
        _downloads.OnChoked(peer.Provider, rejectsEach: peer.Link.SupportsFast);
    }

    private Bitfield Withdrawn(PeerState peer)
    {
        if (!_withdrawn.TryGetValue(peer.Id, out Bitfield? pieces))
            _withdrawn.Add(peer.Id, pieces = new Bitfield(_table.Layout.PieceCount));
        return pieces;
    }

    // aria2 sends a bitfield instead of `have` messages when that is shorter. That bitfield contains all pieces that were announced before.
    private static bool IsAddition(PeerState peer, Bitfield bits) =>
        peer.Pieces is { IsStated: true, IsWhole: false } known && bits.Count > known.Count && known.Bits?.AnyBeyond(bits) != true;

    // Only the new pieces are counted, which costs no more than `have` messages would.
    private void AddAll(PeerState peer, Bitfield bits)
    {
        Bitfield known = peer.Pieces.Bits ?? new Bitfield(bits.Length);
        for (int i = bits.NextBeyond(known, 0); i >= 0; i = bits.NextBeyond(known, i + 1))
            OnHave(peer, (uint)i);
    }

    // Replacing what a peer announced costs O(pieces), so repeats count as an offence.
    private void BeginStatement(PeerState peer)
    {
        if (peer.Pieces.IsStated)
            peer.Offend(Offence.RepeatedStatement);
        Uncount(peer);
    }

    private void Count(PeerState peer)
    {
        if (peer.Pieces.IsWhole)
            _table.AddSeed();
        else if (peer.Pieces.Bits is { } bits)
            _table.AddCopies(bits);
        peer.Provider.Requests.Useful = peer.Pieces.CountCommon(_table.Needed);
        _sharing.Look();
    }

    private void Uncount(PeerState peer)
    {
        if (peer.Pieces.IsWhole)
            _table.RemoveSeed();
        else if (peer.Pieces.Bits is { } bits)
            _table.RemoveCopies(bits);
        peer.Provider.Requests.Useful = 0;
    }
}
