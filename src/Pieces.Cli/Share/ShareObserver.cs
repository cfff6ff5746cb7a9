using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Cli.Share;

/// <summary>Passes the offer to the audience when the torrent begins, and reports peers that have all pieces to the share.</summary>
internal sealed class ShareObserver : TransferObserver
{
    private readonly ShareRun _run;
    private readonly IShareAudience _audience;

    public ShareObserver(ShareRun run, IShareAudience audience)
    {
        _run = run;
        _audience = audience;
    }

    /// <inheritdoc/>
    public override void Begin(TransferItem item, int listenPort)
    {
        if (_run.Offer is { } offer)
            _audience.Offer(item, offer);
    }

    /// <inheritdoc/>
    public override void Hear(TransferItem item, TorrentNotice notice)
    {
        if (notice is PeerServedNotice served)
            _run.Served(served);
        else if (notice is PeerNotice { Change: PeerChange.Completed } peer)
            _run.Saw(peer);
    }
}
