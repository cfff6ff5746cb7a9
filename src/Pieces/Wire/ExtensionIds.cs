namespace Pieces.Wire;

/// <summary>
/// The supported extensions (BEP 10): the id of each in messages sent to us, and the maximum length of its messages. The id is the first byte of an
/// extended message, so the length is checked before the payload is received.
/// </summary>
internal static class ExtensionIds
{
    /// <summary>The extension handshake.</summary>
    public const byte Handshake = 0;

    /// <summary>The metadata exchange (BEP 9).</summary>
    public const byte Metadata = 1;

    /// <summary>The peer exchange (BEP 11).</summary>
    public const byte PeerExchange = 2;

    /// <summary>Lots, an extension of our own: see <see cref="LotsCodec"/>.</summary>
    public const byte Lots = 3;

    /// <summary>Withdrawn pieces (BEP 54).</summary>
    public const byte DontHave = 4;

    // One part of the metadata, plus 1 KiB for the dictionary before it.
    private const int MaxMetadataLength = MetadataCodec.PartLength + 1024;

    // Six lists of 50 addresses have 2500 bytes (BEP 11). Some programs send twice as many addresses, of which the first 50 are used.
    private const int MaxPeerExchangeLength = 8 * 1024;

    // One byte at present; further bytes may be added later and are ignored.
    private const int MaxLotsLength = 16;

    /// <summary>Maximum length of the payload after the extension's id, in bytes; null for an id that was never offered, whose messages are
    /// skipped.</summary>
    public static int? LongestPayload(byte id) => id switch
    {
        Handshake => ExtensionHandshake.MaxLength,
        Metadata => MaxMetadataLength,
        PeerExchange => MaxPeerExchangeLength,
        Lots => MaxLotsLength,
        DontHave => DontHaveCodec.Length,
        _ => null,
    };

    /// <summary>Whether a message that is too long is skipped instead of closing the connection. A long peer list is not an attack.</summary>
    public static bool MaySkip(byte id) => id == PeerExchange;
}
