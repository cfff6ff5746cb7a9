using System.Globalization;

namespace Pieces.Primitives;

/// <summary>Zero-based index of a piece; only <c>PieceLayout</c> creates one, so it is always in range.</summary>
public readonly record struct PieceIndex : IComparable<PieceIndex>
{
    internal PieceIndex(int value) => Value = value;

    /// <summary>The index, from 0.</summary>
    public int Value { get; }

    /// <inheritdoc/>
    public int CompareTo(PieceIndex other) => Value.CompareTo(other.Value);

    /// <summary>The index in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the left piece comes before the right one.</summary>
    public static bool operator <(PieceIndex left, PieceIndex right) => left.Value < right.Value;

    /// <summary>Whether the left piece comes after the right one.</summary>
    public static bool operator >(PieceIndex left, PieceIndex right) => left.Value > right.Value;

    /// <summary>Whether the left piece comes before the right one or is the same.</summary>
    public static bool operator <=(PieceIndex left, PieceIndex right) => left.Value <= right.Value;

    /// <summary>Whether the left piece comes after the right one or is the same.</summary>
    public static bool operator >=(PieceIndex left, PieceIndex right) => left.Value >= right.Value;
}
