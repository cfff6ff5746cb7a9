using Pieces.Peers;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>Sends messages of the metadata exchange (BEP 9).</summary>
internal static class MetadataSending
{
    /// <summary>Id under which we take such messages, whether we fetch the metadata or serve it.</summary>
    public const byte LocalId = ExtensionIds.Metadata;

    /// <summary>Sends a message, if the peer takes them.</summary>
    public static void SendMetadata(this PeerState peer, MetadataMessage message)
    {
        if (peer.Extensions.Has(MetadataCodec.ExtensionName))
            peer.TrySend(MetadataCodec.ExtensionName, MetadataCodec.Encode(message));
    }
}
