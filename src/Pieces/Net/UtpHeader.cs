using System.Buffers.Binary;

namespace Pieces.Net;

/// <summary>Types of uTP packets (BEP 29).</summary>
internal enum UtpType
{
    Data = 0,
    Fin = 1,
    State = 2,
    Reset = 3,
    Syn = 4,
}

/// <summary>The fields of a uTP packet's header (BEP 29) that a reply needs.</summary>
/// <param name="Type">Packet type.</param>
/// <param name="ConnectionId">Connection id, as chosen by the sender.</param>
/// <param name="Sequence">Sequence number of the packet.</param>
internal readonly record struct UtpHeader(UtpType Type, ushort ConnectionId, ushort Sequence)
{
    /// <summary>Length of the header in bytes.</summary>
    public const int Length = 20;

    private const int Version = 1;

    /// <summary>Whether a datagram may be uTP, judged by its first byte: a known type and version 1.</summary>
    public static bool IsUtp(ReadOnlySpan<byte> datagram) =>
        !datagram.IsEmpty && (datagram[0] & 0xF) == Version && datagram[0] >> 4 <= (int)UtpType.Syn;

    /// <summary>Reads the header; false if it is truncated or its extensions exceed the datagram.</summary>
    /// <param name="datagram">The whole datagram.</param>
    /// <param name="header">The header.</param>
    /// <param name="payload">The bytes after the extensions.</param>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out UtpHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        if (datagram.Length < Length || !IsUtp(datagram))
            return false;
        header = new UtpHeader(
            (UtpType)(datagram[0] >> 4), BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]), BinaryPrimitives.ReadUInt16BigEndian(datagram[16..]));
        payload = datagram[Length..];

        // Each extension begins with the type of the next one and its own length.
        for (byte extension = datagram[1]; extension != 0;)
        {
            if (payload.Length < 2 || payload.Length - 2 < payload[1])
                return false;
            extension = payload[0];
            payload = payload[(2 + payload[1])..];
        }

        return true;
    }

    /// <summary>Writes a RESET packet, which tells the sender that the connection does not exist here.</summary>
    /// <param name="destination">Receives <see cref="Length"/> bytes.</param>
    /// <param name="sequence">Sequence number of the RESET itself, which is not acknowledged.</param>
    public void WriteReset(Span<byte> destination, ushort sequence)
    {
        destination[..Length].Clear();
        destination[0] = ((int)UtpType.Reset << 4) | Version;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], ConnectionId);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(destination[18..], Sequence);
    }
}
