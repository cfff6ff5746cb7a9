using Pieces.Peers;

namespace Pieces.Torrents.Uploading;

/// <summary>Which connections are of no use to a torrent that is complete (BEP 21). Pure.</summary>
internal static class SeedRule
{
    /// <summary>
    /// Why neither side can give the other anything, or null when one can. A peer that only uploads and is interested all the same may still want
    /// something.
    /// </summary>
    public static string? WhyUseless(PeerState peer)
    {
        if (peer.Pieces.HasAll)
            return "both sides have everything";
        return peer.IsUploadOnly && !peer.Flags.PeerInterested ? "both sides want nothing more" : null;
    }
}
