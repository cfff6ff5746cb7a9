using Pieces.Peers;

namespace Pieces.Torrents.Uploading;

/// <summary>Decides which connections are useless to a complete torrent (BEP 21). Pure.</summary>
internal static class SeedRule
{
    /// <summary>
    /// Returns the reason why neither side can send the other anything. Returns null if one side can, or may be able to: an <c>upload_only</c> peer
    /// that is interested may still want something.
    /// </summary>
    public static string? WhyUseless(PeerState peer)
    {
        if (peer.Pieces.HasAll)
            return "both peers have everything";
        return peer.IsUploadOnly && !peer.Flags.PeerInterested ? "neither peer wants more data" : null;
    }
}
