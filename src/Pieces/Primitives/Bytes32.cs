using System.Buffers.Binary;

namespace Pieces.Primitives;

/// <summary>Up to 32 bytes, compared by value; shorter values are padded with zeros.</summary>
internal readonly record struct Bytes32
{
    /// <summary>Length, in bytes.</summary>
    public const int Length = 32;

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    /// <summary>Takes at most <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more bytes.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Length, nameof(bytes));
        Span<byte> padded = stackalloc byte[Length];
        padded[bytes.Length..].Clear();
        bytes.CopyTo(padded);
        _word0 = BinaryPrimitives.ReadUInt64LittleEndian(padded);
        _word1 = BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]);
        _word2 = BinaryPrimitives.ReadUInt64LittleEndian(padded[16..]);
        _word3 = BinaryPrimitives.ReadUInt64LittleEndian(padded[24..]);
    }

    /// <summary>Writes the 32 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _word0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _word1);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _word2);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _word3);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
