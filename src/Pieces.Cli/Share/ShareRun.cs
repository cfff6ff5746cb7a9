using Pieces.Torrents;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Share;

/// <summary>
/// The state of a running share: the offer for recipients and the completed downloads. It ends the run when enough other peers have all pieces.
/// Thread-safe.
/// </summary>
internal sealed class ShareRun
{
    private readonly ShareLedger _ledger = new();
    private readonly IShareAudience _audience;
    private readonly Action _finish;
    private volatile ShareOffer? _offer;

    /// <param name="plan">What is shared.</param>
    /// <param name="audience">Receives each completed download.</param>
    /// <param name="finish">Ends the run.</param>
    public ShareRun(SharePlan plan, IShareAudience audience, Action finish)
    {
        Plan = plan;
        _audience = audience;
        _finish = finish;
    }

    /// <summary>What is shared.</summary>
    public SharePlan Plan { get; }

    /// <summary>The offer for recipients; null until the ports are open.</summary>
    public ShareOffer? Offer => _offer;

    /// <summary>Number of completed downloads by other peers so far.</summary>
    public int Downloads => _ledger.Count;

    /// <summary>Sets the offer, once the ports are open.</summary>
    public void Open(ShareOffer offer) => _offer = offer;

    /// <summary>Notes that the first data was sent to a peer.</summary>
    public void Served(PeerServedNotice peer) => _ledger.Served(peer.Address.Address);

    /// <summary>Notes that a connected peer has all pieces.</summary>
    public void Saw(PeerNotice peer)
    {
        if (_ledger.Saw(peer))
            OnDownloaded(peer.Client.Length == 0 ? peer.Address.ToString() : $"{peer.Address} ({peer.Client})");
    }

    /// <summary>Notes that a peer has announced to the tracker that it has all pieces.</summary>
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
