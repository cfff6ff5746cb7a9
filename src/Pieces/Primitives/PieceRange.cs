namespace Pieces.Primitives;

/// <summary>
/// Consecutive pieces, possibly none. Only <c>PieceLayout</c> creates a range that is not empty, so its pieces are always in range.
/// </summary>
public readonly record struct PieceRange
{
    private readonly int _start;

    internal PieceRange(int start, int count)
    {
        _start = start;
        Count = count;
    }

    /// <summary>Number of pieces.</summary>
    public int Count { get; }

    /// <summary>Whether the range contains no piece.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The first piece.</summary>
    /// <exception cref="InvalidOperationException">The range is empty.</exception>
    public PieceIndex First => At(0);

    /// <summary>The last piece.</summary>
    /// <exception cref="InvalidOperationException">The range is empty.</exception>
    public PieceIndex Last => At(Count - 1);

    /// <summary>The first and the last piece: none for an empty range, one for a range of one piece.</summary>
    internal PieceIndex[] Ends => Count switch
    {
        0 => [],
        1 => [First],
        _ => [First, Last],
    };

    /// <summary>The pieces between the first and the last.</summary>
    internal PieceRange Inner => Count <= 2 ? default : new PieceRange(_start + 1, Count - 2);

    /// <summary>Number of pieces of this range that are set in <paramref name="pieces"/>.</summary>
    internal int CountSetIn(Bitfield pieces) => pieces.CountIn(_start, _start + Count);

    /// <summary>Enumerates the pieces in order, without allocating memory.</summary>
    public Enumerator GetEnumerator() => new(this);

    private PieceIndex At(int position) =>
        Count > 0 ? new PieceIndex(_start + position) : throw new InvalidOperationException("the range has no piece");

    /// <summary>Enumerates the pieces of a range.</summary>
    public struct Enumerator
    {
        private readonly int _end;
        private int _current;

        internal Enumerator(PieceRange range)
        {
            _current = range._start - 1;
            _end = range._start + range.Count;
        }

        /// <summary>The current piece.</summary>
        public readonly PieceIndex Current => new(_current);

        /// <summary>Advances to the next piece; false when there is none.</summary>
        public bool MoveNext() => ++_current < _end;
    }
}
