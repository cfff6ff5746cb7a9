using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>Life of a piece here; each piece is in exactly one of these states.</summary>
internal enum PieceStatus : byte
{
    /// <summary>Wanted, and nothing is being done for it.</summary>
    Missing,

    /// <summary>Being fetched.</summary>
    Open,

    /// <summary>Every block is here; the disk hashes and writes it.</summary>
    Verifying,

    /// <summary>Verified and stored.</summary>
    Have,

    /// <summary>Not selected, and not here.</summary>
    Unwanted,

    /// <summary>Wanted, and not to be begun before there is room to keep it.</summary>
    Deferred,
}

/// <summary>
/// The state of each piece and how many connected peers have it. Five bytes and three bits a piece; every operation is O(1) but those that
/// take a whole bitfield.
/// </summary>
internal sealed class PieceTable
{
    private readonly PieceStatus[] _status;

    // A peer that has everything is one count in _seeds, not one a piece.
    private readonly int[] _copies;
    private int _seeds;
    private int _lonelyHad;
    private int _lonelyUnwanted;
    private int _firstNeeded;

    // No piece before this one is deferred.
    private int _admitted;

    /// <summary>Makes the table; <paramref name="wanted"/> and <paramref name="have"/> become its own.</summary>
    public PieceTable(PieceLayout layout, Bitfield wanted, Bitfield have)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(wanted.Length, layout.PieceCount, nameof(wanted));
        ArgumentOutOfRangeException.ThrowIfNotEqual(have.Length, layout.PieceCount, nameof(have));
        Layout = layout;
        Wanted = wanted;
        Have = have;
        Missing = new Bitfield(layout.PieceCount);
        Needed = new Bitfield(layout.PieceCount);
        _status = new PieceStatus[layout.PieceCount];
        _copies = new int[layout.PieceCount];
        Lonely = layout.PieceCount;
        _lonelyHad = have.Count;
        for (int i = 0; i < _status.Length; i++)
        {
            _status[i] = have[i] ? PieceStatus.Have : wanted[i] ? PieceStatus.Missing : PieceStatus.Unwanted;
            if (_status[i] == PieceStatus.Unwanted)
                _lonelyUnwanted++;
            if (_status[i] != PieceStatus.Missing)
                continue;
            Missing.Set(i);
            Needed.Set(i);
        }
    }

    /// <summary>Piece arithmetic.</summary>
    public PieceLayout Layout { get; }

    /// <summary>Pieces that hold a byte of a wanted file. Read only for others.</summary>
    public Bitfield Wanted { get; }

    /// <summary>Pieces that are verified and stored. Read only for others.</summary>
    public Bitfield Have { get; }

    /// <summary>Pieces in the state <see cref="PieceStatus.Missing"/>. Read only for others.</summary>
    public Bitfield Missing { get; }

    /// <summary>Wanted pieces that we do not have: deferred, missing, open or verifying. Read only for others.</summary>
    public Bitfield Needed { get; }

    /// <summary>The first wanted piece that we do not have, or -1.</summary>
    public int FirstNeeded => _firstNeeded = Needed.NextSet(Math.Max(_firstNeeded, 0));

    /// <summary>Number of pieces in the state <see cref="PieceStatus.Deferred"/>.</summary>
    public int Deferred { get; private set; }

    /// <summary>Connected peers that are counted as having everything: no piece has fewer copies.</summary>
    public int Seeds => _seeds;

    /// <summary>Pieces that no connected peer has but those that are counted as having everything.</summary>
    public int Lonely { get; private set; }

    /// <summary>The same of those that we want and do not have.</summary>
    public int LonelyNeeded => Lonely - _lonelyHad - _lonelyUnwanted;

    /// <summary>The state of a piece.</summary>
    public PieceStatus StatusOf(PieceIndex piece) => _status[piece.Value];

    /// <summary>Connected peers that have a piece.</summary>
    public int CopiesOf(PieceIndex piece) => _copies[piece.Value] + _seeds;

    /// <summary>Connected peers that have the piece at <paramref name="index"/>.</summary>
    public int CopiesOf(int index) => _copies[index] + _seeds;

    /// <summary>All missing pieces become deferred.</summary>
    public void DeferAll()
    {
        for (int i = Missing.NextSet(0); i >= 0; i = Missing.NextSet(i + 1))
        {
            Move(Layout.Piece(i), PieceStatus.Missing, PieceStatus.Deferred);
            Missing.Clear(i);
            Deferred++;
        }

        _admitted = 0;
    }

    /// <summary>The first deferred piece becomes missing; false when there is none.</summary>
    public bool TryAdmit()
    {
        if (Deferred == 0)
            return false;
        while (_status[_admitted] != PieceStatus.Deferred)
            _admitted++;
        PieceIndex piece = Layout.Piece(_admitted);
        Move(piece, PieceStatus.Deferred, PieceStatus.Missing);
        Missing.Set(piece);
        Deferred--;
        return true;
    }

    /// <summary>Missing becomes open.</summary>
    public void MarkOpen(PieceIndex piece)
    {
        Move(piece, PieceStatus.Missing, PieceStatus.Open);
        Missing.Clear(piece);
    }

    /// <summary>Open becomes missing: it was closed.</summary>
    public void MarkMissing(PieceIndex piece)
    {
        Move(piece, PieceStatus.Open, PieceStatus.Missing);
        Missing.Set(piece);
    }

    /// <summary>Open becomes verifying.</summary>
    public void MarkVerifying(PieceIndex piece) => Move(piece, PieceStatus.Open, PieceStatus.Verifying);

    /// <summary>Verifying becomes open again: the hash was wrong.</summary>
    public void MarkRejected(PieceIndex piece) => Move(piece, PieceStatus.Verifying, PieceStatus.Open);

    /// <summary>Verifying becomes have.</summary>
    public void MarkHave(PieceIndex piece)
    {
        Move(piece, PieceStatus.Verifying, PieceStatus.Have);
        Have.Set(piece);
        Needed.Clear(piece);
        _lonelyHad += _copies[piece.Value] == 0 ? 1 : 0;
    }

    /// <summary>A connected peer has this piece now.</summary>
    public void AddCopy(PieceIndex piece) => Add(piece.Value);

    /// <summary>A connected peer no longer has this piece.</summary>
    public void RemoveCopy(PieceIndex piece) => Remove(piece.Value);

    /// <summary>A peer that has these pieces has come.</summary>
    public void AddCopies(Bitfield pieces)
    {
        for (int i = pieces.NextSet(0); i >= 0; i = pieces.NextSet(i + 1))
            Add(i);
    }

    /// <summary>A peer that has these pieces has left.</summary>
    public void RemoveCopies(Bitfield pieces)
    {
        for (int i = pieces.NextSet(0); i >= 0; i = pieces.NextSet(i + 1))
            Remove(i);
    }

    /// <summary>A peer that has everything has come.</summary>
    public void AddSeed() => _seeds++;

    /// <summary>A peer that has everything has left.</summary>
    public void RemoveSeed() => _seeds--;

    private void Add(int index)
    {
        if (_copies[index]++ == 0)
            CountLonely(index, -1);
    }

    private void Remove(int index)
    {
        if (--_copies[index] == 0)
            CountLonely(index, 1);
    }

    private void CountLonely(int index, int change)
    {
        Lonely += change;
        if (_status[index] == PieceStatus.Have)
            _lonelyHad += change;
        else if (_status[index] == PieceStatus.Unwanted)
            _lonelyUnwanted += change;
    }

    private void Move(PieceIndex piece, PieceStatus from, PieceStatus to)
    {
        if (_status[piece.Value] != from)
            throw new InvalidOperationException($"piece {piece} is {_status[piece.Value]}, not {from}, and cannot become {to}");
        _status[piece.Value] = to;
    }
}
