using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// Picks the rarest piece, wherever it is, with ties broken at random. The very first pieces are picked at random: a rare piece takes long to
/// download, and we soon need pieces that other peers want.
/// </summary>
internal sealed class RarestFirstPicker : IPiecePicker
{
    /// <summary>Until we have this many pieces, pieces are picked at random.</summary>
    public const int RandomFirst = 4;

    private const int ShortListLength = 1024;

    // Maximum number of copies that is distinguished. Pieces with more copies are treated alike, since they are not rare.
    private const int MostCounted = 255;

    // The short list is renewed after one pick per this many pieces of the torrent. In a small torrent, that is every pick.
    private const int PiecesPerPick = 64;

    // Maximum number of picks before the short list is renewed, so that it does not run out.
    private const int MostPicks = ShortListLength / 2;

    private readonly PieceTable _table;
    private readonly Random _random;
    private readonly int[] _shortList;
    private readonly int[] _copies;
    private int _listed;
    private int _picks = int.MaxValue - 1;

    /// <summary>Creates a picker for <paramref name="table"/>.</summary>
    public RarestFirstPicker(PieceTable table, Random random)
    {
        _table = table;
        _random = random;
        int length = Math.Min(ShortListLength, table.Layout.PieceCount);
        _shortList = new int[length];
        _copies = new int[length];
    }

    /// <inheritdoc/>
    public bool TryPick(IPeerPieces source, double bytesPerSecond, out PieceIndex piece)
    {
        int index = _table.Have.Count < RandomFirst ? Anywhere(source) : FromList(source);
        piece = index < 0 ? default : _table.Layout.Piece(index);
        return index >= 0;
    }

    /// <inheritdoc/>
    public int MostAtSeeds(double bytesPerSecond) => int.MaxValue;

    private int FromList(IPeerPieces source)
    {
        if (_table.Missing.Count == 0)
            return -1;
        if (++_picks > Math.Min(MostPicks, _table.Layout.PieceCount / PiecesPerPick))
            Renew();
        for (int i = 0; i < _listed; i++)
        {
            if (_table.Missing[_shortList[i]] && source.Has(_table.Layout.Piece(_shortList[i])))
                return _shortList[i];
        }

        return Anywhere(source);
    }

    private int Anywhere(IPeerPieces source)
    {
        int found = source.NextCommon(_table.Missing, _random.Next(_table.Layout.PieceCount));
        return found >= 0 ? found : source.NextCommon(_table.Missing, 0);
    }

    private void Renew()
    {
        _picks = 0;
        _listed = 0;
        Span<int> histogram = stackalloc int[MostCounted + 1];
        histogram.Clear();
        Bitfield missing = _table.Missing;
        for (int i = missing.NextSet(0); i >= 0; i = missing.NextSet(i + 1))
            histogram[Counted(i)]++;

        // All pieces with fewer copies than the limit are listed, and as many pieces at the limit as there is room for. Pieces without a copy are
        // left out.
        int limit = 1;
        int below = 0;
        while (limit < MostCounted && below + histogram[limit] <= _shortList.Length)
            below += histogram[limit++];
        int room = _shortList.Length - below;
        int start = _random.Next(missing.Length);
        Collect(start, missing.Length, limit, ref room);
        Collect(0, start, limit, ref room);
        _random.Shuffle(_shortList.AsSpan(0, _listed));
        for (int i = 0; i < _listed; i++)
            _copies[i] = Counted(_shortList[i]);
        _copies.AsSpan(0, _listed).Sort(_shortList.AsSpan(0, _listed));
    }

    private void Collect(int start, int end, int limit, ref int room)
    {
        Bitfield missing = _table.Missing;
        for (int i = missing.NextSet(start); i >= 0 && i < end; i = missing.NextSet(i + 1))
        {
            int copies = Counted(i);
            if (copies == 0 || copies > limit || (copies == limit && room == 0))
                continue;
            room -= copies == limit ? 1 : 0;
            _shortList[_listed++] = i;
        }
    }

    private int Counted(int index) => Math.Min(MostCounted, _table.CopiesOf(index));
}
