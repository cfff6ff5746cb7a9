using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The pieces that a peer has. A peer with all or no pieces uses no memory.</summary>
internal sealed class PeerPieces : IPieceAvailability
{
    private int _length;

    /// <summary>Creates an instance without pieces.</summary>
    /// <param name="length">Number of pieces of the torrent; 0 while it is unknown.</param>
    public PeerPieces(int length) => _length = length;

    /// <summary>The bits, or null if the peer has all or no pieces.</summary>
    public Bitfield? Bits { get; private set; }

    /// <summary>Whether the peer has stated in one message that it has all pieces; then <see cref="Bits"/> is null.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether the peer has sent a bitfield, have-all or have-none. It should send only one (BEP 3, "bitfield"; BEP 6); some send
    /// more.</summary>
    public bool IsStated { get; private set; }

    /// <summary>Whether the peer's first bitfield, have-all or have-none message stated that it has no pieces.</summary>
    public bool CameEmpty { get; private set; }

    /// <summary>Number of pieces that the peer has.</summary>
    public int Count => IsWhole ? _length : Bits?.Count ?? 0;

    /// <inheritdoc/>
    public bool HasAll => Count == _length;

    /// <inheritdoc/>
    public bool Has(PieceIndex piece) => IsWhole || (Bits is not null && Bits[piece]);

    /// <inheritdoc/>
    public int NextCommon(Bitfield among, int start) => IsWhole ? among.NextSet(start) : Bits?.NextCommon(among, start) ?? -1;

    /// <inheritdoc/>
    public int CountCommon(Bitfield among) => IsWhole ? among.Count : Bits?.CountCommon(among) ?? 0;

    /// <summary>Sets the number of pieces, which has become known. The peer has not announced any before.</summary>
    public void Begin(int length) => _length = length;

    /// <summary>Adds a piece; false if it was already known.</summary>
    public bool Add(PieceIndex piece)
    {
        if (IsWhole)
            return false;
        Bits ??= new Bitfield(_length);
        return Bits.Set(piece);
    }

    /// <summary>Removes a piece; false if the peer was not known to have it.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="wasWhole">Whether it had all pieces until now: from now on it has <see cref="Bits"/>.</param>
    public bool Remove(PieceIndex piece, out bool wasWhole)
    {
        wasWhole = IsWhole;
        if (IsWhole)
        {
            IsWhole = false;
            Bits = Bitfield.Full(_length);
        }

        return Bits?.Clear(piece) == true;
    }

    /// <summary>Replaces all pieces; takes ownership of the bits.</summary>
    public void Replace(Bitfield bits)
    {
        State(isEmpty: bits.Count == 0);
        IsWhole = bits.IsFull;
        Bits = bits.IsFull || bits.Count == 0 ? null : bits;
    }

    /// <summary>The peer has all pieces.</summary>
    public void SetAll()
    {
        State(isEmpty: false);
        IsWhole = true;
        Bits = null;
    }

    /// <summary>The peer has no pieces.</summary>
    public void Clear()
    {
        State(isEmpty: true);
        IsWhole = false;
        Bits = null;
    }

    private void State(bool isEmpty)
    {
        CameEmpty |= isEmpty && !IsStated;
        IsStated = true;
    }
}
