namespace Pieces.Wire;

/// <summary>
/// The one message of our own extension (BEP 10), <see cref="ExtensionName"/>: whether its sender may ask a seed and draws lots for what to ask. One byte,
/// 1 or 0; more bytes may follow some day and are skipped.
/// </summary>
internal static class LotsCodec
{
    /// <summary>Name in the extension handshake.</summary>
    public const string ExtensionName = "pc_lots";

    /// <summary>The payload.</summary>
    public static byte[] Encode(bool draws) => [draws ? (byte)1 : (byte)0];

    /// <summary>Reads it.</summary>
    /// <exception cref="PeerProtocolException">It is empty.</exception>
    public static bool Decode(ReadOnlyMemory<byte> payload) => payload.IsEmpty
        ? throw new PeerProtocolException($"a message of {ExtensionName} is empty")
        : payload.Span[0] != 0;
}
