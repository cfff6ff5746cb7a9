using System.Buffers.Binary;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>The eight reserved bytes of a handshake: features that a peer supports beyond BEP 3.</summary>
/// <param name="Value">The bytes as one big-endian number; unknown bits are preserved.</param>
internal readonly record struct ReservedBits(ulong Value)
{
    private const ulong ExtensionBit = 0x10UL << 16;
    private const ulong FastBit = 0x04;
    private const ulong DhtBit = 0x01;

    /// <summary>Features that we support: the extension protocol and the fast extension.</summary>
    public static ReservedBits Own => new(ExtensionBit | FastBit);

    /// <summary>The extension protocol (BEP 10): byte 5, 0x10.</summary>
    public bool HasExtensions => (Value & ExtensionBit) != 0;

    /// <summary>The fast extension (BEP 6): byte 7, 0x04.</summary>
    public bool HasFast => (Value & FastBit) != 0;

    /// <summary>The peer has a DHT node (BEP 5): byte 7, 0x01.</summary>
    public bool HasDht => (Value & DhtBit) != 0;

    /// <summary>Features that both sides support.</summary>
    public static ReservedBits operator &(ReservedBits left, ReservedBits right) => new(left.Value & right.Value);

    /// <summary>These bits with the DHT bit set or cleared.</summary>
    public ReservedBits WithDht(bool hasDht) => new(hasDht ? Value | DhtBit : Value & ~DhtBit);
}

/// <summary>The handshake that opens a connection (BEP 3): 68 bytes, the same format in both directions.</summary>
internal readonly record struct Handshake(ReservedBits Reserved, SwarmKey InfoHash, PeerId PeerId)
{
    /// <summary>Length on the wire in bytes.</summary>
    public const int Length = 68;

    /// <summary>Number of bytes up to the end of the info-hash, after which the handshake can be answered.</summary>
    public const int LengthToInfoHash = 48;

    /// <summary>Length in bytes of the constant prefix.</summary>
    public const int ProtocolLength = 20;

    private const int ReservedAt = ProtocolLength;
    private const int InfoHashAt = 28;

    private static ReadOnlySpan<byte> Protocol => "\u0013BitTorrent protocol"u8;

    /// <summary>Whether the bytes received so far, any number of them, can be the start of a handshake.</summary>
    public static bool CanBegin(ReadOnlySpan<byte> bytes)
    {
        int length = Math.Min(bytes.Length, Protocol.Length);
        return bytes[..length].SequenceEqual(Protocol[..length]);
    }

    /// <summary>Reads the info-hash from the first <see cref="LengthToInfoHash"/> bytes or more.</summary>
    public static SwarmKey ReadInfoHash(ReadOnlySpan<byte> bytes) => SwarmKey.FromBytes(bytes.Slice(InfoHashAt, SwarmKey.Length));

    /// <summary>Reads a whole handshake.</summary>
    /// <param name="bytes">Exactly <see cref="Length"/> bytes.</param>
    /// <exception cref="PeerProtocolException">The bytes belong to another protocol.</exception>
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

    /// <summary>Writes <see cref="Length"/> bytes to the start of <paramref name="destination"/>.</summary>
    public void WriteTo(Span<byte> destination)
    {
        Protocol.CopyTo(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[ReservedAt..], Reserved.Value);
        InfoHash.CopyTo(destination[InfoHashAt..]);
        PeerId.CopyTo(destination[LengthToInfoHash..]);
    }
}
