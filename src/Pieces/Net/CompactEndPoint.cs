using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>
/// An address and a port as a value type, 6 or 18 bytes on the wire. A DHT node stores thousands of them and compares them for every datagram; a
/// value type needs no allocation for that.
/// </summary>
/// <param name="Host">The address as a number, most significant byte first; an IPv4 address is in the low 32 bits.</param>
/// <param name="Port">The port.</param>
/// <param name="IsV6">Whether it is IPv6. An IPv4-mapped address is IPv4.</param>
internal readonly record struct CompactEndPoint(UInt128 Host, ushort Port, bool IsV6)
{
    /// <summary>Length in bytes of an IPv4 address with its port (BEP 5, BEP 23).</summary>
    public const int LengthV4 = 6;

    /// <summary>Length in bytes of an IPv6 address with its port (BEP 7, BEP 32).</summary>
    public const int LengthV6 = 18;

    private const uint MappedPrefix = 0xFFFF;

    /// <summary>Length on the wire in bytes.</summary>
    public int Length => IsV6 ? LengthV6 : LengthV4;

    /// <summary>The address with port 0.</summary>
    public CompactEndPoint WithoutPort => this with { Port = 0 };

    /// <summary>Converts an <see cref="IPEndPoint"/>.</summary>
    public static CompactEndPoint From(IPEndPoint endPoint) => From(endPoint.Address, endPoint.Port);

    /// <summary>Converts an address and a port.</summary>
    public static CompactEndPoint From(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[LengthV6];
        address.TryWriteBytes(bytes, out int written);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[written..], (ushort)port);
        TryRead(bytes[..(written + 2)], out CompactEndPoint value);
        return value;
    }

    /// <summary>Reads 6 or 18 bytes; false for any other length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out CompactEndPoint value)
    {
        value = default;
        if (bytes.Length == LengthV4)
            value = new CompactEndPoint(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]), IsV6: false);
        else if (bytes.Length == LengthV6)
            value = OfV6(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]));
        else
            return false;
        return true;
    }

    /// <summary>Converts the form that sockets use.</summary>
    public static CompactEndPoint From(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return address.Family == AddressFamily.InterNetworkV6
            ? OfV6(BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), port)
            : new CompactEndPoint(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port, IsV6: false);
    }

    /// <summary>Writes it in the form that sockets use.</summary>
    /// <param name="address">An address of the same family.</param>
    public void WriteTo(SocketAddress address)
    {
        Span<byte> bytes = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], Port);
        if (IsV6)
            BinaryPrimitives.WriteUInt128BigEndian(bytes[8..], Host);
        else
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)Host);
    }

    /// <summary>Writes the 6 or 18 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        WriteHost(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(Length - 2)..], Port);
    }

    /// <summary>Writes the 4 or 16 bytes of the address and returns their number.</summary>
    public int WriteHost(Span<byte> destination)
    {
        if (IsV6)
            BinaryPrimitives.WriteUInt128BigEndian(destination, Host);
        else
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Host);
        return Length - 2;
    }

    /// <summary>Converts it to an <see cref="IPEndPoint"/>.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPEndPoint(new IPAddress(bytes[..WriteHost(bytes)]), Port);
    }

    /// <summary>Address and port in text form.</summary>
    public override string ToString() => ToEndPoint().ToString();

    private static CompactEndPoint OfV6(UInt128 host, ushort port) =>
        host >> 32 == MappedPrefix ? new CompactEndPoint((uint)host, port, IsV6: false) : new CompactEndPoint(host, port, IsV6: true);
}
