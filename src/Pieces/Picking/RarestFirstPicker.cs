using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// The rarest piece first, wherever it is, ties by chance. The very first pieces are taken at random: a rare piece comes slowly, and
/// something to trade is needed soon.
/// </summary>
internal sealed class RarestFirstPicker : IPiecePicker
{
    /// <summary>Until we have so many pieces they are taken at random.</summary>
    public const int RandomFirst = 4;

    private const int ShortListLength = 1024;

    // Counts above this are all the same: there is no hurry for such pieces.
    private const int MostCounted = 255;

    // The list is made anew after so many picks: a small torrent's for each pick, a large one's before it runs out.
    private const int PiecesPerPick = 64;
    private const int MostPicks = ShortListLength / 2;

    private readonly PieceTable _table;
    private readonly Random _random;
    private readonly int[] _shortList;
    private readonly int[] _copies;
    private int _listed;
    private int _picks = int.MaxValue - 1;

    /// <summary>Makes one over <paramref name="table"/>.</summary>
    public RarestFirstPicker(PieceTable table, Random random)
    {
        _table = table;
        _random = random;
        int length = Math.Min(ShortListLength, table.Layout.PieceCount);
        _shortList = new int[length];
        _copies = new int[length];
    }

    /// <inheritdoc/>
    public bool TryPick(IPieceMap source, double bytesPerSecond, out PieceIndex piece)
    {
        int index = _table.Have.Count < RandomFirst ? Anywhere(source) : FromList(source);
        piece = index < 0 ? default : _table.Layout.Piece(index);
        return index >= 0;
    }

    /// <inheritdoc/>
    public int MostAtSeeds(double bytesPerSecond) => int.MaxValue;

    private int FromList(IPieceMap source)
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

    private int Anywhere(IPieceMap source)
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

        // Everything below the limit goes in, and of those at the limit as many as there is room for. What nobody has (0) stays out.
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
