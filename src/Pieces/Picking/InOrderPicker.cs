using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// A window that moves from front to back, the rarest piece first inside it, ties by chance, so that leechers can trade. The first needed
/// piece comes before all others.
/// </summary>
internal sealed class InOrderPicker : IPiecePicker
{
    /// <summary>The window spans at least so many wanted pieces, when there are eight times as many.</summary>
    public const int LeastSpan = 8;

    /// <summary>The window never spans fewer wanted pieces than this, however few there are.</summary>
    public const int FloorSpan = 4;

    /// <summary>The window spans so many seconds of the present rate.</summary>
    public const int SecondsOfRate = 10;

    private const int LeastAtSeeds = 3;

    // Of a window of many thousand pieces only so many are compared for one choice: it starts at random, so that all get their turn.
    private const int MostCompared = 256;

    // So many pieces of the lowest count possible are choice enough.
    private const int EnoughTies = 16;

    private readonly PieceTable _table;
    private readonly Random _random;

    // The window as it was last computed: [_first, _end), with _spanned wanted pieces in it.
    private int _first;
    private int _end;
    private int _spanned;

    /// <summary>Makes one over <paramref name="table"/>.</summary>
    public InOrderPicker(PieceTable table, Random random)
    {
        _table = table;
        _random = random;
    }

    /// <inheritdoc/>
    public bool TryPick(IPieceMap source, double bytesPerSecond, out PieceIndex piece)
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
    /// <remarks>A quarter of the window: the rest of it is there for leechers to trade in.</remarks>
    public int MostAtSeeds(double bytesPerSecond) => Math.Max(LeastAtSeeds, Span(bytesPerSecond) / 4);

    /// <summary>How many wanted pieces the window spans at a rate.</summary>
    internal int Span(double bytesPerSecond)
    {
        double byRate = Math.Ceiling(bytesPerSecond * SecondsOfRate / _table.Layout.PieceLength);
        double most = Math.Max(FloorSpan, _table.Wanted.Count / 8);
        return (int)Math.Min(Math.Max(LeastSpan, byRate), most);
    }

    // Nobody gives the front of the window, so it would hold up all that is behind it.
    private bool IsStuck(PieceIndex front, IPieceMap source) => _table.CopiesOf(front) == 0 || source is RefusedPieces;

    // Each piece enters and leaves the window once, so this is O(1) over a download.
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

        public void Look(IPieceMap source, int start, int end)
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
