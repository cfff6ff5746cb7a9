using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Pieces.Primitives;

/// <summary>20 bytes, compared by value: the length of a SHA-1 digest, a peer id and a swarm key.</summary>
internal readonly struct Bytes20 : IEquatable<Bytes20>
{
    /// <summary>Length, in bytes.</summary>
    public const int Length = 20;

    private readonly Storage _bytes;

    /// <summary>Takes exactly <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more or fewer bytes.</exception>
    public Bytes20(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length, nameof(bytes));
        bytes.CopyTo(_bytes);
    }

    /// <summary>Writes the 20 bytes to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>Whether the value is equal to these bytes.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.SequenceEqual(_bytes);

    /// <inheritdoc/>
    public bool Equals(Bytes20 other) => Matches(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bytes20 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    [InlineArray(Length)]
    private struct Storage
    {
        private byte _first;
    }
}
