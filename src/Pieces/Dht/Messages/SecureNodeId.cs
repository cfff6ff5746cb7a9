using System.Buffers.Binary;
using System.Numerics;
using Pieces.Net;

namespace Pieces.Dht.Messages;

/// <summary>
/// Restricts node ids by address (BEP 42): a node can choose an id close to a given info-hash only if it has an address whose checksum permits it.
/// </summary>
internal static class SecureNodeId
{
    private const int PrefixBits = 21;
    private const ulong MaskV6 = 0x0103070F1F3F7FFF;
    private const uint MaskV4 = 0x030F3FFF;

    /// <summary>Creates a random id that fits our external address.</summary>
    public static NodeId Create(CompactEndPoint own, Random random)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Length];
        random.NextBytes(bytes);
        uint prefix = PrefixOf(own, bytes[^1]);
        uint kept = BinaryPrimitives.ReadUInt32BigEndian(bytes) & (uint.MaxValue >> PrefixBits);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (prefix & ~(uint.MaxValue >> PrefixBits)) | kept);
        return NodeId.FromBytes(bytes);
    }

    /// <summary>Whether BEP 42 permits this id for a node at that address. Local addresses may have any id.</summary>
    public static bool Fits(NodeId id, CompactEndPoint endPoint)
    {
        if (AddressFacts.IsLocal(endPoint))
            return true;
        Span<byte> bytes = stackalloc byte[NodeId.Length];
        id.CopyTo(bytes);
        return (PrefixOf(endPoint, bytes[^1]) ^ BinaryPrimitives.ReadUInt32BigEndian(bytes)) >> (32 - PrefixBits) == 0;
    }

    /// <summary>The checksum whose first 21 bits the id must have; <paramref name="r"/> is the id's last byte.</summary>
    public static uint PrefixOf(CompactEndPoint endPoint, byte r)
    {
        Span<byte> bytes = stackalloc byte[8];
        int length = endPoint.IsV6 ? 8 : 4;
        if (endPoint.IsV6)
            BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)(endPoint.Host >> 64) & MaskV6);
        else
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)endPoint.Host & MaskV4);
        bytes[0] |= (byte)((r & 7) << 5);
        uint crc = uint.MaxValue;
        foreach (byte one in bytes[..length])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
