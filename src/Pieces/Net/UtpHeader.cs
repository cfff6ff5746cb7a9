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

/// <summary>What a reply needs of a uTP packet's header (BEP 29). Pure.</summary>
/// <param name="Type">Kind of packet.</param>
/// <param name="ConnectionId">The connection, as its sender numbers it.</param>
/// <param name="Sequence">The packet's own number.</param>
internal readonly record struct UtpHeader(UtpType Type, ushort ConnectionId, ushort Sequence)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 20;

    private const int Version = 1;

    /// <summary>Whether a datagram can be uTP at all, by its first byte: a known type and version 1.</summary>
    public static bool IsUtp(ReadOnlySpan<byte> datagram) =>
        !datagram.IsEmpty && (datagram[0] & 0xF) == Version && datagram[0] >> 4 <= (int)UtpType.Syn;

    /// <summary>Reads the header; false when it is cut short, or its extensions do not end inside the datagram.</summary>
    /// <param name="datagram">The whole datagram.</param>
    /// <param name="header">The header.</param>
    /// <param name="payload">What follows the extensions.</param>
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

    /// <summary>Writes the RESET that says that there is no such connection here.</summary>
    /// <param name="destination">Gets <see cref="Length"/> bytes.</param>
    /// <param name="sequence">The number of the RESET itself, which nobody acknowledges.</param>
    public void WriteReset(Span<byte> destination, ushort sequence)
    {
        destination[..Length].Clear();
        destination[0] = ((int)UtpType.Reset << 4) | Version;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], ConnectionId);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(destination[18..], Sequence);
    }
}
