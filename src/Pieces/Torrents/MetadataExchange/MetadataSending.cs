using Pieces.Peers;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>Sends messages of the metadata exchange (BEP 9).</summary>
internal static class MetadataSending
{
    /// <summary>Message id under which we receive metadata messages, both while fetching and while serving metadata.</summary>
    public const byte LocalId = ExtensionIds.Metadata;

    /// <summary>Sends a message if the peer supports the extension.</summary>
    public static void SendMetadata(this PeerState peer, MetadataMessage message)
    {
        if (peer.Extensions.Has(MetadataCodec.ExtensionName))
            peer.TrySend(MetadataCodec.ExtensionName, MetadataCodec.Encode(message));
    }
}
