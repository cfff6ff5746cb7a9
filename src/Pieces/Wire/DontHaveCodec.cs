using System.Buffers.Binary;

namespace Pieces.Wire;

/// <summary>The one message of <see cref="ExtensionName"/> (BEP 54): the sender no longer has a piece. Four bytes, the index of the piece.</summary>
internal static class DontHaveCodec
{
    /// <summary>Name in the extension handshake.</summary>
    public const string ExtensionName = "lt_donthave";

    /// <summary>Length of the payload, in bytes.</summary>
    public const int Length = sizeof(uint);

    /// <summary>The payload.</summary>
    public static byte[] Encode(uint piece)
    {
        byte[] payload = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(payload, piece);
        return payload;
    }

    /// <summary>Reads the index of the piece, which may be out of range.</summary>
    /// <exception cref="PeerProtocolException">The length is wrong.</exception>
    public static uint Decode(ReadOnlyMemory<byte> payload) => payload.Length == Length
        ? BinaryPrimitives.ReadUInt32BigEndian(payload.Span)
        : throw new PeerProtocolException($"a message of {ExtensionName} has {payload.Length} bytes, not {Length}");
}
