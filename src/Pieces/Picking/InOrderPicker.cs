using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// Picks from a window that moves from the first piece to the last. Inside the window, the rarest piece comes first, with ties broken at random, so
/// that leechers have different pieces to exchange. The first needed piece comes before all others.
/// </summary>
internal sealed class InOrderPicker : IPiecePicker
{
    /// <summary>Minimum number of wanted pieces in the window, if the torrent has at least eight times as many.</summary>
    public const int LeastSpan = 8;

    /// <summary>Minimum number of wanted pieces in the window, however few the torrent has.</summary>
    public const int FloorSpan = 4;

    /// <summary>The window covers this many seconds of the current download rate.</summary>
    public const int SecondsOfRate = 10;

    // Minimum number of pieces that leechers may request from seeds concurrently.
    private const int LeastAtSeeds = 3;

    // Maximum number of pieces compared per pick. The comparison starts at a random position, so that every piece of a large window gets its turn.
    private const int MostCompared = 256;

    // Number of pieces with the lowest possible number of copies after which the comparison stops.
    private const int EnoughTies = 16;

    private readonly PieceTable _table;
    private readonly Random _random;

    // The last computed window is [_first, _end), with _spanned wanted pieces in it.
    private int _first;
    private int _end;
    private int _spanned;

    /// <summary>Creates a picker for <paramref name="table"/>.</summary>
    public InOrderPicker(PieceTable table, Random random)
    {
        _table = table;
        _random = random;
    }

    /// <inheritdoc/>
    public bool TryPick(IPeerPieces source, double bytesPerSecond, out PieceIndex piece)
    {
        piece = default;
        int first = _table.FirstNeeded;
        if (first < 0)
            return false;

        PieceIndex urgent = _table.Layout.Piece(first);
        if (_table.StatusOf(urgent) == PieceStatus.Missing && source.Has(urgent))
        {
            piece = urgent;
            return true;
        }

        Move(first, Span(bytesPerSecond));
        var rarest = new Rarest(_table, _random);
        int middle = _first + _random.Next(_end - _first);
        rarest.Look(source, middle, _end);
        rarest.Look(source, _first, middle);
        int chosen = rarest.Index < 0 && IsStuck(urgent, source) ? source.NextCommon(_table.Missing, _end) : rarest.Index;
        if (chosen < 0)
            return false;
        piece = _table.Layout.Piece(chosen);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>A quarter of the window. The rest of it is there for leechers to exchange.</remarks>
    public int MostAtSeeds(double bytesPerSecond) => Math.Max(LeastAtSeeds, Span(bytesPerSecond) / 4);

    /// <summary>Returns the number of wanted pieces in the window at a download rate.</summary>
    internal int Span(double bytesPerSecond)
    {
        double byRate = Math.Ceiling(bytesPerSecond * SecondsOfRate / _table.Layout.PieceLength);
        double most = Math.Max(FloorSpan, _table.Wanted.Count / 8);
        return (int)Math.Min(Math.Max(LeastSpan, byRate), most);
    }

    // Whether no source sends the front of the window. The front would then delay all pieces behind it.
    private bool IsStuck(PieceIndex front, IPeerPieces source) => _table.CopiesOf(front) == 0 || source is RefusedPieces;

    // Every piece enters and leaves the window once, so the amortized cost is O(1) per piece.
    private void Move(int first, int span)
    {
        if (first < _first || first > _end)
        {
            _first = _end = first;
            _spanned = 0;
        }

        for (; _first < first; _first++)
            _spanned -= _table.Wanted[_first] ? 1 : 0;
        for (; _spanned < span && _end < _table.Wanted.Length; _end++)
            _spanned += _table.Wanted[_end] ? 1 : 0;
        while (_spanned > span)
            _spanned -= _table.Wanted[--_end] ? 1 : 0;
    }

    private ref struct Rarest
    {
        private readonly PieceTable _table;
        private readonly Random _random;
        private int _copies = int.MaxValue;
        private int _ties;
        private int _compared;

        public Rarest(PieceTable table, Random random)
        {
            _table = table;
            _random = random;
        }

        public int Index { get; private set; } = -1;

        public void Look(IPeerPieces source, int start, int end)
        {
            for (int i = source.NextCommon(_table.Missing, start); i >= 0 && i < end; i = source.NextCommon(_table.Missing, i + 1))
            {
                if (_compared++ == MostCompared || (_copies <= _table.Seeds && _ties >= EnoughTies))
                    return;
                int copies = _table.CopiesOf(i);
                if (copies > _copies)
                    continue;
                _ties = copies < _copies ? 1 : _ties + 1;
                _copies = copies;
                if (_ties == 1 || _random.Next(_ties) == 0)
                    Index = i;
            }
        }
    }
}
