using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The pieces that a peer has; everything and nothing take no memory.</summary>
internal sealed class PeerPieces : IPieceAvailability
{
    private int _length;

    /// <summary>Makes it empty.</summary>
    /// <param name="length">Number of pieces of the torrent; 0 while it is not known.</param>
    public PeerPieces(int length) => _length = length;

    /// <summary>The bits, or null when it has everything or nothing.</summary>
    public Bitfield? Bits { get; private set; }

    /// <summary>Whether it has said that it has everything, at once: then it has no <see cref="Bits"/>.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether it has said as a whole what it has. Once is enough (BEP 3, "bitfield"; BEP 6), but some do so again.</summary>
    public bool IsStated { get; private set; }

    /// <summary>Whether it had nothing when it said so first.</summary>
    public bool CameEmpty { get; private set; }

    /// <summary>Number of pieces that it has.</summary>
    public int Count => IsWhole ? _length : Bits?.Count ?? 0;

    /// <inheritdoc/>
    public bool HasAll => Count == _length;

    /// <inheritdoc/>
    public bool Has(PieceIndex piece) => IsWhole || (Bits is not null && Bits[piece]);

    /// <inheritdoc/>
    public int NextCommon(Bitfield among, int start) => IsWhole ? among.NextSet(start) : Bits?.NextCommon(among, start) ?? -1;

    /// <inheritdoc/>
    public int CountCommon(Bitfield among) => IsWhole ? among.Count : Bits?.CountCommon(among) ?? 0;

    /// <summary>The number of pieces is known now. Nothing was said of any before.</summary>
    public void Begin(int length) => _length = length;

    /// <summary>It has one more; false when that was known.</summary>
    public bool Add(PieceIndex piece)
    {
        if (IsWhole)
            return false;
        Bits ??= new Bitfield(_length);
        return Bits.Set(piece);
    }

    /// <summary>It no longer has a piece; false when it was not known to have it.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="wasWhole">Whether it had everything until now: from now on it has <see cref="Bits"/>.</param>
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

    /// <summary>It has these, and no others; the bits become this object's.</summary>
    public void Replace(Bitfield bits)
    {
        State(isEmpty: bits.Count == 0);
        IsWhole = bits.IsFull;
        Bits = bits.IsFull || bits.Count == 0 ? null : bits;
    }

    /// <summary>It has everything.</summary>
    public void SetAll()
    {
        State(isEmpty: false);
        IsWhole = true;
        Bits = null;
    }

    /// <summary>It has nothing.</summary>
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
