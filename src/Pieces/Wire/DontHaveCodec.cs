using System.Buffers.Binary;

namespace Pieces.Wire;

/// <summary>
/// The only message of the extension <see cref="ExtensionName"/> (BEP 54): the sender no longer has a piece. Four bytes: the piece index.
/// </summary>
internal static class DontHaveCodec
{
    /// <summary>Name in the extension handshake.</summary>
    public const string ExtensionName = "lt_donthave";

    /// <summary>Length of the payload in bytes.</summary>
    public const int Length = sizeof(uint);

    /// <summary>Encodes the payload.</summary>
    public static byte[] Encode(uint piece)
    {
        byte[] payload = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(payload, piece);
        return payload;
    }

    /// <summary>Decodes the piece index, which may be out of range.</summary>
    /// <exception cref="PeerProtocolException">The length is wrong.</exception>
    public static uint Decode(ReadOnlyMemory<byte> payload) => payload.Length == Length
        ? BinaryPrimitives.ReadUInt32BigEndian(payload.Span)
        : throw new PeerProtocolException($"a message of {ExtensionName} has {payload.Length} bytes, not {Length}");
}
