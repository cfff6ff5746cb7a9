using Pieces.Torrents;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Share;

/// <summary>
/// The state of a running share: what the other side is given, and who else has all of it. It ends the run when enough others have it. Safe for all
/// threads.
/// </summary>
internal sealed class ShareRun
{
    private readonly ShareLedger _ledger = new();
    private readonly IShareAudience _audience;
    private readonly Action _finish;
    private volatile ShareOffer? _offer;

    /// <param name="plan">What is shared.</param>
    /// <param name="audience">Is told of each download by others.</param>
    /// <param name="finish">Ends the run.</param>
    public ShareRun(SharePlan plan, IShareAudience audience, Action finish)
    {
        Plan = plan;
        _audience = audience;
        _finish = finish;
    }

    /// <summary>What is shared.</summary>
    public SharePlan Plan { get; }

    /// <summary>What the other side is given; null before the ports are open.</summary>
    public ShareOffer? Offer => _offer;

    /// <summary>Complete downloads by others so far.</summary>
    public int Downloads => _ledger.Count;

    /// <summary>The ports are open.</summary>
    public void Open(ShareOffer offer) => _offer = offer;

    /// <summary>The first bytes were sent to a peer.</summary>
    public void Served(PeerServedNotice peer) => _ledger.Served(peer.Address.Address);

    /// <summary>A connected peer has everything.</summary>
    public void Saw(PeerNotice peer)
    {
        if (_ledger.Saw(peer))
            OnDownloaded(peer.Client.Length == 0 ? peer.Address.ToString() : $"{peer.Address} ({peer.Client})");
    }

    /// <summary>A peer told the tracker that it has everything.</summary>
    public void Heard(TrackedPeer peer)
    {
        if (_ledger.Heard(peer))
            OnDownloaded(peer.Address.ToString());
    }

    private void OnDownloaded(string who)
    {
        int count = _ledger.Count;
        _audience.Downloaded(who, count);
        if (count >= Plan.Times)
            _finish();
    }
}
