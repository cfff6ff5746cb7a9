namespace Pieces.Wire;

/// <summary>
/// The extensions (BEP 10) that are spoken here: the id under which each is received, and how long its messages may be. The id is the first byte
/// of an extended message, so the length is judged before the payload is waited for.
/// </summary>
internal static class ExtensionIds
{
    /// <summary>The extension handshake.</summary>
    public const byte Handshake = 0;

    /// <summary>The metadata exchange (BEP 9).</summary>
    public const byte Metadata = 1;

    /// <summary>The peer exchange (BEP 11).</summary>
    public const byte PeerExchange = 2;

    /// <summary>Lots, an extension of our own.</summary>
    public const byte Lots = 3;

    /// <summary>Withdrawn pieces (BEP 54).</summary>
    public const byte DontHave = 4;

    // A part of the metadata, and 1 KiB for the dictionary in front of it.
    private const int MaxMetadataLength = MetadataCodec.PartLength + 1024;

    // Six lists of 50 addresses have 2500 bytes (BEP 11). Some programs send twice as many addresses, of which the first 50 are taken.
    private const int MaxPeerExchangeLength = 8 * 1024;

    // One byte today; more may follow some day and are skipped.
    private const int MaxLotsLength = 16;

    /// <summary>Longest payload behind the extension's id, in bytes; null for an id that was never offered, whose messages are skipped.</summary>
    public static int? LongestPayload(byte id) => id switch
    {
        Handshake => ExtensionHandshake.MaxLength,
        Metadata => MaxMetadataLength,
        PeerExchange => MaxPeerExchangeLength,
        Lots => MaxLotsLength,
        DontHave => DontHaveCodec.Length,
        _ => null,
    };

    /// <summary>Whether a message that is too long is skipped instead of ending the connection: the list of a talkative peer is no attack.</summary>
    public static bool MaySkip(byte id) => id == PeerExchange;
}
