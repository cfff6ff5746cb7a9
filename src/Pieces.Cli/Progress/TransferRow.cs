using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>A transfer as the display draws it.</summary>
/// <param name="Name">Its name, as the torrent gives it.</param>
/// <param name="Now">Its state.</param>
/// <param name="Activity">What it is doing.</param>
internal sealed record TransferRow(string Name, TorrentSnapshot Now, TransferActivity Activity)
{
    /// <summary>How far it is: bytes looked at while it is checked, of the metadata while that is fetched, bytes verified otherwise.</summary>
    public static (long Part, long Whole) Progress(TorrentSnapshot now) => now.Phase switch
    {
        TorrentPhase.Checking => (now.BytesChecked, now.BytesToCheck),
        TorrentPhase.FindingPeers or TorrentPhase.FetchingMetadata => (now.MetadataReceived, now.MetadataSize),
        _ => (now.BytesVerified, now.BytesWanted),
    };

    /// <summary>Bytes sent for each byte of the content.</summary>
    public double Ratio => Now.BytesWanted > 0 ? (double)Now.Uploaded / Now.BytesWanted : 0;
}
