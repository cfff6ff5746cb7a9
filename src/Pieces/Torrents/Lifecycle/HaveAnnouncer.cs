using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.Uploading;
using Pieces.Wire;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Decides which peers are told of a piece that is stored, or no longer is, and tells them. Owned by the torrent's loop.</summary>
internal sealed class HaveAnnouncer
{
    private readonly PeerPool _pool;
    private readonly OfferedPieces _offered;
    private readonly StreamRetention? _retention;
    private readonly Withdrawals _withdrawals;
    private readonly List<PieceIndex> _admitted = [];

    /// <summary>Announces nothing yet.</summary>
    /// <param name="pool">The connected peers.</param>
    /// <param name="offered">The pieces that peers may request.</param>
    /// <param name="retention">What is kept of a stream; null for a download that keeps everything.</param>
    /// <param name="withdrawals">Tells peers of a piece that is lost.</param>
    public HaveAnnouncer(PeerPool pool, OfferedPieces offered, StreamRetention? retention, Withdrawals withdrawals)
    {
        _pool = pool;
        _offered = offered;
        _retention = retention;
        _withdrawals = withdrawals;
    }

    /// <summary>Whether a stream waits for its reader: the piece that the reader needs next is stored.</summary>
    public bool WaitsForReader => _retention?.WaitsForReader == true;

    /// <summary>A piece is stored.</summary>
    public void OnStored(PieceIndex piece) => Announce(piece, _offered.OnStored(piece));

    /// <summary>A piece can no longer be read: those that can be told are told that we do not have it. True when it was offered until now.</summary>
    public bool OnLost(PieceIndex piece)
    {
        if (!_offered.Withdraw(piece))
            return false;
        _withdrawals.Tell(piece);
        return true;
    }

    /// <summary>The reader of a stream needs no piece before <paramref name="end"/> any more.</summary>
    public void OnTaken(int end) => _retention?.OnTaken(end);

    /// <summary>Announces the pieces of a stream for which there is room to keep them now.</summary>
    public void Tick()
    {
        if (_retention is null)
            return;
        _admitted.Clear();
        _retention.Tend(_admitted);
        foreach (PieceIndex piece in _admitted)
            Announce(piece, isOffered: true);
    }

    private void Announce(PieceIndex piece, bool isOffered)
    {
        var have = new HaveMessage((uint)piece.Value);
        foreach (PeerState peer in _pool.Peers)
        {
            // Also to peers that have the piece: a super-seeder reveals its next piece when it sees this, and leechers see our progress. They never
            // request it, so it may be a piece that is not kept. A seed needs to know of none.
            bool isNews = !peer.Pieces.Has(piece);
            if (isNews && isOffered)
                peer.Link.Send(have);
            else if (!isNews && !peer.Pieces.HasAll)
                peer.Link.SendSoon(have);
        }
    }
}
