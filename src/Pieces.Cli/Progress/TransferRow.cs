using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>A transfer as shown on the display.</summary>
/// <param name="Name">The name as given by the torrent.</param>
/// <param name="Now">Its current state.</param>
/// <param name="Activity">What it is doing.</param>
internal sealed record TransferRow(string Name, TorrentSnapshot Now, TransferActivity Activity)
{
    /// <summary>
    /// Returns the progress in bytes: checked bytes during the check, received bytes of the metadata while it is fetched, verified bytes otherwise.
    /// </summary>
    public static (long Part, long Whole) Progress(TorrentSnapshot now) => now.Phase switch
    {
        TorrentPhase.Checking => (now.BytesChecked, now.BytesToCheck),
        TorrentPhase.FindingPeers or TorrentPhase.FetchingMetadata => (now.MetadataReceived, now.MetadataSize),
        _ => (now.BytesVerified, now.BytesWanted),
    };

    /// <summary>The share ratio: uploaded bytes per byte of the content.</summary>
    public double Ratio => Now.BytesWanted > 0 ? (double)Now.Uploaded / Now.BytesWanted : 0;
}
