using Pieces.Peers;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Uploading;

namespace Pieces.Torrents.Lifecycle;

/// <summary>The peers of a torrent that transfers data: how they join, are served and leave. Owned by the torrent's loop.</summary>
internal sealed class TransferPeers
{
    private readonly PeerMessageRouter _router;
    private readonly PeerAvailability _availability;
    private readonly Uploader _uploads;
    private readonly CrowdTactics _crowd;
    private readonly ExtensionRegistry _extensions;
    private readonly TransferHandshake _greeting;

    /// <summary>Creates an instance without peers.</summary>
    public TransferPeers(
        PeerMessageRouter router,
        PeerAvailability availability,
        Uploader uploads,
        CrowdTactics crowd,
        ExtensionRegistry extensions,
        TransferHandshake greeting)
    {
        _router = router;
        _availability = availability;
        _uploads = uploads;
        _crowd = crowd;
        _extensions = extensions;
        _greeting = greeting;
    }

    /// <summary>Takes over the peers that joined before the metadata was known: sends them our pieces, and handles their stored messages.</summary>
    public void TakeOver(EarlyPeers early, int pieceCount)
    {
        foreach ((PeerState peer, PeerBatch words) in early.HandOver())
        {
            using PeerBatch batch = words;
            peer.Pieces.Begin(pieceCount);
            _availability.Join(peer);
            if (_greeting.GreetEarly(peer))
                _router.Handle(peer, batch);
            else
                peer.Close(PeerEnding.Unplanned, "too many pieces to announce; a new connection follows");
        }
    }

    /// <summary>A peer was admitted.</summary>
    public void OnJoined(PeerState peer)
    {
        _availability.Join(peer);
        _greeting.Greet(peer, _crowd.IsSuperSeededTo(peer));
        _crowd.OnGreeted(peer);
    }

    /// <summary>A peer has sent messages.</summary>
    public void OnMessages(PeerState peer, PeerBatch batch)
    {
        // The order matters, since each step uses what the previous ones have changed. The messages update the peer's pieces and choke state, and the
        // router sends requests at once because the peer is waiting for them. Only then do we decide whether to unchoke the peer although it is not
        // interested, to reveal the next piece, and to send whether we take part in the lots.
        _router.Handle(peer, batch);
        _uploads.Tend(peer);
        _crowd.OnMessages(peer);
    }

    /// <summary>A peer has left: its requested blocks become free again.</summary>
    public void OnLeft(PeerState peer)
    {
        _availability.Leave(peer);
        _uploads.Forget(peer);
        _crowd.Forget(peer);
        _extensions.Forget(peer);
    }

    /// <summary>Sends what is due: choke and unchoke messages, revealed pieces, extension messages.</summary>
    public void Tick(long now, bool isComplete)
    {
        _uploads.Tick(now, isComplete);
        _crowd.Tick();
        _extensions.Tick();
    }

    /// <summary>Sends the extension handshake again, because its contents have changed.</summary>
    public void Update(PeerState peer) => _greeting.Update(peer);
}
