using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.Downloading;
using Pieces.Wire;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Decides which peers are told of a piece that is stored, and tells them. Owned by the torrent's loop.</summary>
internal sealed class HaveAnnouncer
{
    private readonly PeerPool _pool;
    private readonly StreamRetention? _retention;
    private readonly List<PieceIndex> _offered = [];

    /// <summary>Announces nothing yet.</summary>
    /// <param name="pool">The connected peers.</param>
    /// <param name="retention">What is kept of a stream; null for a download that keeps everything.</param>
    public HaveAnnouncer(PeerPool pool, StreamRetention? retention)
    {
        _pool = pool;
        _retention = retention;
    }

    /// <summary>Whether a stream waits for its reader: the piece that the reader needs next is stored.</summary>
    public bool WaitsForReader => _retention?.WaitsForReader == true;

    /// <summary>A piece is stored.</summary>
    public void OnStored(PieceIndex piece) => Announce(piece, _retention?.OnStored(piece) ?? true);

    /// <summary>The reader of a stream needs no piece before <paramref name="end"/> any more.</summary>
    public void OnTaken(int end) => _retention?.OnTaken(end);

    /// <summary>Announces the pieces of a stream for which there is room to keep them now.</summary>
    public void Tick()
    {
        if (_retention is null)
            return;
        _offered.Clear();
        _retention.Tend(_offered);
        foreach (PieceIndex piece in _offered)
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
