using Pieces.Peers;

namespace Pieces.Torrents.Uploading;

/// <summary>Decides which connections are useless to a complete torrent (BEP 21). Pure.</summary>
internal static class SeedRule
{
    /// <summary>
    /// Returns why neither side can send the other anything, or null if one can. An <c>upload_only</c> peer that is interested may still want
    /// something.
    /// </summary>
    public static string? WhyUseless(PeerState peer)
    {
        if (peer.Pieces.HasAll)
            return "both sides have everything";
        return peer.IsUploadOnly && !peer.Flags.PeerInterested ? "both sides want nothing more" : null;
    }
}
