using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.Uploading;
using Pieces.Wire;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Decides which peers are informed about a piece that is stored or lost, and sends the messages. Owned by the torrent's loop.</summary>
internal sealed class HaveAnnouncer
{
    private readonly PeerPool _pool;
    private readonly OfferedPieces _offered;
    private readonly StreamRetention? _retention;
    private readonly Withdrawals _withdrawals;
    private readonly List<PieceIndex> _admitted = [];

    /// <summary>Creates an instance. Nothing is sent yet.</summary>
    /// <param name="pool">The connected peers.</param>
    /// <param name="offered">The pieces that peers may request.</param>
    /// <param name="retention">Decides which pieces of a stream are kept; null for a download that keeps all pieces.</param>
    /// <param name="withdrawals">Sends the withdrawal of a lost piece.</param>
    public HaveAnnouncer(PeerPool pool, OfferedPieces offered, StreamRetention? retention, Withdrawals withdrawals)
    {
        _pool = pool;
        _offered = offered;
        _retention = retention;
        _withdrawals = withdrawals;
    }

    /// <summary>Whether a stream is waiting for its reader: the next piece that the reader needs is stored.</summary>
    public bool WaitsForReader => _retention?.WaitsForReader == true;

    /// <summary>A piece is stored.</summary>
    public void OnStored(PieceIndex piece) => Announce(piece, _offered.OnStored(piece));

    /// <summary>
    /// A piece can no longer be read: sends that to all peers that support the extension. Returns true if the piece was offered until now.
    /// </summary>
    public bool OnLost(PieceIndex piece)
    {
        if (!_offered.Withdraw(piece))
            return false;
        _withdrawals.Tell(piece);
        return true;
    }

    /// <summary>The reader of a stream no longer needs the pieces before <paramref name="end"/>.</summary>
    public void OnTaken(int end) => _retention?.OnTaken(end);

    /// <summary>Announces the pieces of a stream that can be kept now.</summary>
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
            // A peer that has the piece already is informed, too: a super-seeder reveals its next piece when it receives this message, and leechers
            // see our progress. Such a peer never requests the piece, so the message is sent even for a piece that is not kept. A seed needs no
            // message.
            bool isNews = !peer.Pieces.Has(piece);
            if (isNews && isOffered)
                peer.Link.Send(have);
            else if (!isNews && !peer.Pieces.HasAll)
                peer.Link.SendSoon(have);
        }
    }
}
