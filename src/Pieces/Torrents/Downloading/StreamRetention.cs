using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Streaming;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Decides which pieces of a stream may be downloaded, which stored pieces are announced to peers, and when a piece is dropped to make room for
/// another. An announced piece is kept until all peers have it, so that what we announced stays true and no request for it is rejected. Therefore
/// only a part of the slots may be announced; the rest always moves on with the reader. Owned by the torrent's loop.
/// </summary>
internal sealed class StreamRetention
{
    private readonly PieceTable _table;
    private readonly Func<int> _countPeers;
    private readonly Func<PieceIndex, bool> _tryDrop;
    private readonly Bitfield _kept;
    private readonly int _mostOffered;
    private int _taken;

    /// <summary>Defers all pieces that there is no room for.</summary>
    /// <param name="table">The state of every piece.</param>
    /// <param name="slots">Maximum number of pieces that are kept.</param>
    /// <param name="countPeers">Number of connected peers.</param>
    /// <param name="tryDrop">Drops a stored piece; returns false while it is in use.</param>
    public StreamRetention(PieceTable table, int slots, Func<int> countPeers, Func<PieceIndex, bool> tryDrop)
    {
        _table = table;
        _countPeers = countPeers;
        _tryDrop = tryDrop;
        _kept = new Bitfield(table.Layout.PieceCount);
        Offered = new Bitfield(table.Layout.PieceCount);
        _mostOffered = MostOffered(slots);
        table.DeferAll();
        for (int i = 0; i < slots && table.TryAdmit(); i++)
        {
        }
    }

    /// <summary>Stored pieces that are announced to peers and served. Other classes must not change this bitfield.</summary>
    public Bitfield Offered { get; }

    /// <summary>Whether the download waits for the reader: the next piece that the reader needs is already stored.</summary>
    public bool WaitsForReader => _kept.NextSet(_taken) is var next && next >= 0 && next == _table.Wanted.NextSet(_taken);

    /// <summary>
    /// How many of <paramref name="slots"/> may hold pieces we have announced. The rest, at least two, are reserved for the reader.
    /// </summary>
    public static int MostOffered(int slots) => Math.Max(0, slots - Math.Max(StreamStorage.FewestSlots, slots / 2));

    /// <summary>A piece is stored. Returns true if it may be announced to peers.</summary>
    public bool OnStored(PieceIndex piece)
    {
        _kept.Set(piece);
        if (piece.Value < _taken)
            TryLetGo(piece);
        return _kept[piece] && TryOffer(piece);
    }

    /// <summary>The reader no longer needs the pieces before <paramref name="end"/>.</summary>
    public void OnTaken(int end)
    {
        int from = _taken;
        _taken = end;
        LetGo(from);
    }

    /// <summary>Drops pieces that are no longer needed, and announces stored pieces that can be kept now. Called periodically.</summary>
    /// <param name="offered">Receives the pieces that may be announced from now on.</param>
    public void Tend(List<PieceIndex> offered)
    {
        LetGo(0);
        for (int i = _kept.NextSet(0); i >= 0; i = _kept.NextSet(i + 1))
        {
            PieceIndex piece = _table.Layout.Piece(i);
            if (!Offered[i] && (i >= _taken || _table.Deferred == 0) && TryOffer(piece))
                offered.Add(piece);
        }
    }

    // Once no piece waits for room, all pieces can be kept until the end.
    private bool TryOffer(PieceIndex piece) => (_table.Deferred == 0 || Offered.Count < _mostOffered) && Offered.Set(piece);

    private void LetGo(int from)
    {
        for (int i = _kept.NextSet(from); i >= 0 && i < _taken; i = _kept.NextSet(i + 1))
            TryLetGo(_table.Layout.Piece(i));
    }

    private void TryLetGo(PieceIndex piece)
    {
        bool isMissed = Offered[piece] && _table.CopiesOf(piece) < _countPeers();
        if (_table.Deferred == 0 || isMissed)
            return;
        Offered.Clear(piece);
        if (!_tryDrop(piece))
            return;
        _kept.Clear(piece);
        _table.TryAdmit();
    }
}
