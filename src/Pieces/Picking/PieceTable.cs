using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>State of a piece; each piece is in exactly one of these states.</summary>
internal enum PieceStatus : byte
{
    /// <summary>Wanted, but not open yet.</summary>
    Missing,

    /// <summary>Being downloaded.</summary>
    Open,

    /// <summary>All blocks have been received; the disk hashes and writes the piece.</summary>
    Verifying,

    /// <summary>Verified and stored.</summary>
    Have,

    /// <summary>The piece is not wanted, and we do not have it.</summary>
    Unwanted,

    /// <summary>Wanted, but must not be opened before there is room to keep it.</summary>
    Deferred,
}

/// <summary>
/// The state of each piece, and the number of connected peers that have it. Uses five bytes and four bits per piece. All operations are O(1), except
/// those on a whole bitfield.
/// </summary>
internal sealed class PieceTable
{
    private readonly PieceStatus[] _status;

    // Peers with all pieces are counted in _seeds, not in the count of each piece.
    private readonly int[] _copies;
    private int _seeds;
    private int _unreplicatedHad;
    private int _unreplicatedUnwanted;
    private int _firstNeeded;

    // No piece before this one is deferred.
    private int _admitted;

    /// <summary>Creates the table, which takes ownership of <paramref name="wanted"/> and <paramref name="have"/>.</summary>
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
        Unreplicated = layout.PieceCount;
        _unreplicatedHad = have.Count;
        for (int i = 0; i < _status.Length; i++)
        {
            _status[i] = have[i] ? PieceStatus.Have : wanted[i] ? PieceStatus.Missing : PieceStatus.Unwanted;
            if (_status[i] == PieceStatus.Unwanted)
                _unreplicatedUnwanted++;
            if (_status[i] != PieceStatus.Missing)
                continue;
            Missing.Set(i);
            Needed.Set(i);
        }
    }

    public PieceLayout Layout { get; }

    /// <summary>Pieces that contain a byte of a wanted file. Other classes must not change this bitfield.</summary>
    public Bitfield Wanted { get; }

    /// <summary>Verified and stored pieces. Other classes must not change this bitfield.</summary>
    public Bitfield Have { get; }

    /// <summary>Pieces in the state <see cref="PieceStatus.Missing"/>. Other classes must not change this bitfield.</summary>
    public Bitfield Missing { get; }

    /// <summary>Wanted pieces that we do not have: deferred, missing, open or verifying. Other classes must not change this bitfield.</summary>
    public Bitfield Needed { get; }

    /// <summary>Index of the first wanted piece that we do not have, or -1.</summary>
    public int FirstNeeded => _firstNeeded = Needed.NextSet(Math.Max(_firstNeeded, 0));

    /// <summary>Number of pieces in the state <see cref="PieceStatus.Deferred"/>.</summary>
    public int Deferred { get; private set; }

    /// <summary>Number of connected peers counted as having all pieces. Every piece has at least this many copies.</summary>
    public int Seeds => _seeds;

    /// <summary>Number of pieces that no connected peer has, apart from those counted in <see cref="Seeds"/>.</summary>
    public int Unreplicated { get; private set; }

    /// <summary>Like <see cref="Unreplicated"/>, but only counts wanted pieces that we do not have.</summary>
    public int UnreplicatedNeeded => Unreplicated - _unreplicatedHad - _unreplicatedUnwanted;

    /// <summary>The state of a piece.</summary>
    public PieceStatus StatusOf(PieceIndex piece) => _status[piece.Value];

    /// <summary>Number of connected peers that have a piece.</summary>
    public int CopiesOf(PieceIndex piece) => _copies[piece.Value] + _seeds;

    /// <summary>Number of connected peers that have the piece at <paramref name="index"/>.</summary>
    public int CopiesOf(int index) => _copies[index] + _seeds;

    /// <summary>Turns all missing pieces into deferred ones.</summary>
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

    /// <summary>Turns the first deferred piece into a missing one. Returns false if there is none.</summary>
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

    /// <summary>Changes the state from missing to open.</summary>
    public void MarkOpen(PieceIndex piece)
    {
        Move(piece, PieceStatus.Missing, PieceStatus.Open);
        Missing.Clear(piece);
    }

    /// <summary>Changes the state from open to missing, because the piece was closed.</summary>
    public void MarkMissing(PieceIndex piece)
    {
        Move(piece, PieceStatus.Open, PieceStatus.Missing);
        Missing.Set(piece);
    }

    /// <summary>Changes the state from open to verifying.</summary>
    public void MarkVerifying(PieceIndex piece) => Move(piece, PieceStatus.Open, PieceStatus.Verifying);

    /// <summary>Changes the state from verifying to open, because the hash check failed.</summary>
    public void MarkRejected(PieceIndex piece) => Move(piece, PieceStatus.Verifying, PieceStatus.Open);

    /// <summary>Changes the state from verifying to have.</summary>
    public void MarkHave(PieceIndex piece)
    {
        Move(piece, PieceStatus.Verifying, PieceStatus.Have);
        Have.Set(piece);
        Needed.Clear(piece);
        _unreplicatedHad += _copies[piece.Value] == 0 ? 1 : 0;
    }

    /// <summary>A connected peer has this piece now.</summary>
    public void AddCopy(PieceIndex piece) => Add(piece.Value);

    /// <summary>A connected peer no longer has this piece.</summary>
    public void RemoveCopy(PieceIndex piece) => Remove(piece.Value);

    /// <summary>A peer with these pieces has joined.</summary>
    public void AddCopies(Bitfield pieces)
    {
        for (int i = pieces.NextSet(0); i >= 0; i = pieces.NextSet(i + 1))
            Add(i);
    }

    /// <summary>A peer with these pieces has left.</summary>
    public void RemoveCopies(Bitfield pieces)
    {
        for (int i = pieces.NextSet(0); i >= 0; i = pieces.NextSet(i + 1))
            Remove(i);
    }

    /// <summary>A peer with all pieces has joined.</summary>
    public void AddSeed() => _seeds++;

    /// <summary>A peer with all pieces has left.</summary>
    public void RemoveSeed() => _seeds--;

    private void Add(int index)
    {
        if (_copies[index]++ == 0)
            CountUnreplicated(index, -1);
    }

    private void Remove(int index)
    {
        if (--_copies[index] == 0)
            CountUnreplicated(index, 1);
    }

    private void CountUnreplicated(int index, int change)
    {
        Unreplicated += change;
        if (_status[index] == PieceStatus.Have)
            _unreplicatedHad += change;
        else if (_status[index] == PieceStatus.Unwanted)
            _unreplicatedUnwanted += change;
    }

    private void Move(PieceIndex piece, PieceStatus from, PieceStatus to)
    {
        if (_status[piece.Value] != from)
            throw new InvalidOperationException($"piece {piece} is {_status[piece.Value]}, not {from}, and cannot become {to}");
        _status[piece.Value] = to;
    }
}
