using System.Buffers.Binary;
using System.Numerics;
using Pieces.Primitives;

namespace Pieces.Dht.Messages;

/// <summary>A point in the 160-bit space of node ids and info-hashes. The distance of two points is their XOR (BEP 5).</summary>
internal readonly struct NodeId : IEquatable<NodeId>
{
    /// <summary>Length on the wire in bytes.</summary>
    public const int Length = 20;

    /// <summary>Length in bits.</summary>
    public const int Bits = 8 * Length;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    private NodeId(ulong high, ulong middle, uint low)
    {
        _high = high;
        _middle = middle;
        _low = low;
    }

    /// <summary>Reads an id from exactly <see cref="Length"/> bytes.</summary>
    public static NodeId FromBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        return new NodeId(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
    }

    /// <summary>The point of a swarm's info-hash.</summary>
    public static NodeId Of(SwarmKey infoHash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        infoHash.CopyTo(bytes);
        return FromBytes(bytes);
    }

    /// <summary>A uniformly random id.</summary>
    public static NodeId Create(Random random)
    {
        Span<byte> bytes = stackalloc byte[Length];
        random.NextBytes(bytes);
        return FromBytes(bytes);
    }

    /// <summary>A random id that shares at least the first <paramref name="bits"/> bits with this one.</summary>
    public NodeId Near(int bits, Random random) => Join(bits, Create(random));

    /// <summary>A random id that shares exactly the first <paramref name="bits"/> bits (at most 159) with this one.</summary>
    public NodeId Beside(int bits, Random random)
    {
        NodeId other = Join(bits + 1, Create(random));
        return bits switch
        {
            < 64 => new NodeId(other._high ^ (1UL << (63 - bits)), other._middle, other._low),
            < 128 => new NodeId(other._high, other._middle ^ (1UL << (127 - bits)), other._low),
            _ => new NodeId(other._high, other._middle, other._low ^ (1U << (159 - bits))),
        };
    }

    /// <summary>Length of the common prefix in bits, 0 to <see cref="Bits"/>.</summary>
    public int CommonPrefix(NodeId other)
    {
        if (_high != other._high)
            return BitOperations.LeadingZeroCount(_high ^ other._high);
        if (_middle != other._middle)
            return 64 + BitOperations.LeadingZeroCount(_middle ^ other._middle);
        return 128 + BitOperations.LeadingZeroCount(_low ^ other._low);
    }

    /// <summary>
    /// Compares distances: negative if <paramref name="left"/> is closer to this id than <paramref name="right"/>, positive if farther, 0 if they are
    /// equal.
    /// </summary>
    public int CompareDistance(NodeId left, NodeId right)
    {
        int order = (_high ^ left._high).CompareTo(_high ^ right._high);
        if (order == 0)
            order = (_middle ^ left._middle).CompareTo(_middle ^ right._middle);
        return order != 0 ? order : (_low ^ left._low).CompareTo(_low ^ right._low);
    }

    /// <summary>Writes the 20 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <inheritdoc/>
    public bool Equals(NodeId other) => _high == other._high && _middle == other._middle && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NodeId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _middle, _low);

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{_high:x16}{_middle:x16}{_low:x8}";

    /// <summary>Whether both are the same point.</summary>
    public static bool operator ==(NodeId left, NodeId right) => left.Equals(right);

    /// <summary>Whether they are different points.</summary>
    public static bool operator !=(NodeId left, NodeId right) => !left.Equals(right);

    // The first bits of this id, followed by the rest of the other.
    private NodeId Join(int bits, NodeId rest)
    {
        ulong high = MaskOf(bits);
        ulong middle = MaskOf(bits - 64);
        uint low = (uint)(MaskOf(bits - 128) >> 32);
        return new NodeId((_high & high) | (rest._high & ~high), (_middle & middle) | (rest._middle & ~middle), (_low & low) | (rest._low & ~low));
    }

    private static ulong MaskOf(int bits) => bits <= 0 ? 0 : bits >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - bits);
}
