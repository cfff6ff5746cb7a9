using System.Buffers.Binary;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>The eight reserved bytes of a handshake: what a peer can do beyond BEP 3.</summary>
/// <param name="Value">The bytes as one big-endian number; bits that are not known are kept.</param>
internal readonly record struct ReservedBits(ulong Value)
{
    private const ulong ExtensionBit = 0x10UL << 16;
    private const ulong FastBit = 0x04;
    private const ulong DhtBit = 0x01;

    /// <summary>What we can do: the extension protocol and the fast extension.</summary>
    public static ReservedBits Own => new(ExtensionBit | FastBit);

    /// <summary>The extension protocol (BEP 10): byte 5, 0x10.</summary>
    public bool HasExtensions => (Value & ExtensionBit) != 0;

    /// <summary>The fast extension (BEP 6): byte 7, 0x04.</summary>
    public bool HasFast => (Value & FastBit) != 0;

    /// <summary>A DHT node of its own (BEP 5): byte 7, 0x01.</summary>
    public bool HasDht => (Value & DhtBit) != 0;

    /// <summary>What both sides can do.</summary>
    public static ReservedBits operator &(ReservedBits left, ReservedBits right) => new(left.Value & right.Value);

    /// <summary>These bits with the DHT's set or cleared.</summary>
    public ReservedBits WithDht(bool hasDht) => new(hasDht ? Value | DhtBit : Value & ~DhtBit);
}

/// <summary>What opens a connection (BEP 3): 68 bytes, the same in both directions.</summary>
internal readonly record struct Handshake(ReservedBits Reserved, SwarmKey InfoHash, PeerId PeerId)
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Length = 68;

    /// <summary>Bytes up to the end of the info-hash: after them an answer can be decided on.</summary>
    public const int LengthToInfoHash = 48;

    /// <summary>Bytes of the front that are always the same.</summary>
    public const int ProtocolLength = 20;

    private const int ReservedAt = ProtocolLength;
    private const int InfoHashAt = 28;

    private static ReadOnlySpan<byte> Protocol => "\u0013BitTorrent protocol"u8;

    /// <summary>Whether the bytes that have come so far can be the front of a handshake; any number of them.</summary>
    public static bool CanBegin(ReadOnlySpan<byte> bytes)
    {
        int length = Math.Min(bytes.Length, Protocol.Length);
        return bytes[..length].SequenceEqual(Protocol[..length]);
    }

    /// <summary>The info-hash out of the first <see cref="LengthToInfoHash"/> bytes or more.</summary>
    public static SwarmKey ReadInfoHash(ReadOnlySpan<byte> bytes) => SwarmKey.FromBytes(bytes.Slice(InfoHashAt, SwarmKey.Length));

    /// <summary>Reads a whole handshake.</summary>
    /// <param name="bytes">Exactly <see cref="Length"/> bytes.</param>
    /// <exception cref="PeerProtocolException">They speak another protocol.</exception>
    public static Handshake Read(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        if (!CanBegin(bytes))
            throw new PeerProtocolException("not a BitTorrent handshake");
        return new Handshake(
            new ReservedBits(BinaryPrimitives.ReadUInt64BigEndian(bytes[ReservedAt..])),
            ReadInfoHash(bytes),
            PeerId.FromBytes(bytes[LengthToInfoHash..]));
    }

    /// <summary>Writes <see cref="Length"/> bytes to the front of <paramref name="destination"/>.</summary>
    public void WriteTo(Span<byte> destination)
    {
        Protocol.CopyTo(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ReservedAt..], Reserved.Value);
        InfoHash.CopyTo(destination[InfoHashAt..]);
        PeerId.CopyTo(destination[LengthToInfoHash..]);
    }
}
