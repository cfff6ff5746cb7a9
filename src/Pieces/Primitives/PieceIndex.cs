using System.Globalization;

namespace Pieces.Primitives;

/// <summary>Zero-based position of a piece; only <c>PieceLayout</c> makes one, so it is always in range.</summary>
public readonly record struct PieceIndex : IComparable<PieceIndex>
{
    internal PieceIndex(int value) => Value = value;

    /// <summary>The position, from 0.</summary>
    public int Value { get; }

    /// <inheritdoc/>
    public int CompareTo(PieceIndex other) => Value.CompareTo(other.Value);

    /// <summary>The position in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the left piece stands before the right one.</summary>
    public static bool operator <(PieceIndex left, PieceIndex right) => left.Value < right.Value;

    /// <summary>Whether the left piece stands after the right one.</summary>
    public static bool operator >(PieceIndex left, PieceIndex right) => left.Value > right.Value;

    /// <summary>Whether the left piece stands before the right one, or is it.</summary>
    public static bool operator <=(PieceIndex left, PieceIndex right) => left.Value <= right.Value;

    /// <summary>Whether the left piece stands after the right one, or is it.</summary>
    public static bool operator >=(PieceIndex left, PieceIndex right) => left.Value >= right.Value;
}
