namespace Pieces.Wire;

/// <summary>
/// The only message of our own extension (BEP 10), <see cref="ExtensionName"/>: whether a seed has unchoked the sender, so that it draws lots for the
/// pieces to request from the seed. One byte, 1 or 0; further bytes may be added later and are ignored.
/// </summary>
internal static class LotsCodec
{
    /// <summary>Name in the extension handshake.</summary>
    public const string ExtensionName = "pc_lots";

    /// <summary>Encodes the payload.</summary>
    public static byte[] Encode(bool draws) => [draws ? (byte)1 : (byte)0];

    /// <summary>Decodes the payload.</summary>
    /// <exception cref="PeerProtocolException">The payload is empty.</exception>
    public static bool Decode(ReadOnlyMemory<byte> payload) => payload.IsEmpty
        ? throw new PeerProtocolException($"a message of {ExtensionName} is empty")
        : payload.Span[0] != 0;
}
