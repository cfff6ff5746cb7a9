using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Streaming;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Decides which pieces of a stream may be begun, which of the stored ones peers are told of, and when one gives its room to another. A piece
/// that peers were told of is kept until all of them have it themselves: what a peer believes of us stays true, and no request for it is
/// refused. So only a part of the room may be offered; the rest always moves on with the reader. Owned by the torrent's loop.
/// </summary>
internal sealed class StreamRetention
{
    private readonly PieceTable _table;
    private readonly Func<int> _countPeers;
    private readonly Func<PieceIndex, bool> _tryDrop;
    private readonly Bitfield _kept;
    private readonly int _mostOffered;
    private int _taken;

    /// <summary>Defers all pieces but those that there is room for.</summary>
    /// <param name="table">What is wanted and here.</param>
    /// <param name="slots">Pieces that can be kept at one time.</param>
    /// <param name="countPeers">Number of connected peers.</param>
    /// <param name="tryDrop">Gives up a stored piece; false while it is in use.</param>
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

    /// <summary>Stored pieces that peers may be told of and that are served. Read only for others.</summary>
    public Bitfield Offered { get; }

    /// <summary>Whether the reader is behind: what it needs next is here.</summary>
    public bool WaitsForReader => _kept.NextSet(_taken) is var next && next >= 0 && next == _table.Wanted.NextSet(_taken);

    /// <summary>Of so many slots so many may hold what peers were told of: the others are the reader's, two at the least.</summary>
    public static int MostOffered(int slots) => Math.Max(0, slots - Math.Max(StreamStorage.FewestSlots, slots / 2));

    /// <summary>A piece is stored. True when peers may be told of it.</summary>
    public bool OnStored(PieceIndex piece)
    {
        _kept.Set(piece);
        if (piece.Value < _taken)
            TryLetGo(piece);
        return _kept[piece] && TryOffer(piece);
    }

    /// <summary>The reader needs nothing any more of the pieces before <paramref name="end"/>.</summary>
    public void OnTaken(int end)
    {
        int from = _taken;
        _taken = end;
        LetGo(from);
    }

    /// <summary>Gives up what has become superfluous meanwhile, and offers what there is room to keep now; to be called from time to time.</summary>
    /// <param name="offered">Gets the pieces that peers may be told of from now on.</param>
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

    // Once nothing waits for room any more, everything can stay to the end.
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
