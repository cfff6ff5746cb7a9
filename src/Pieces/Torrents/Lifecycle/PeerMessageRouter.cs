using Pieces.Peers;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.Uploading;
using Pieces.Wire;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Routes every message of a peer to the component that handles it. Owned by the torrent's loop.</summary>
internal sealed class PeerMessageRouter
{
    private readonly BlockIntake _intake;
    private readonly PeerAvailability _availability;
    private readonly Requester _downloads;
    private readonly Uploader _uploads;
    private readonly ExtensionRegistry _extensions;
    private readonly TorrentDht _dht;

    public PeerMessageRouter(
        BlockIntake intake,
        PeerAvailability availability,
        Requester downloads,
        Uploader uploads,
        ExtensionRegistry extensions,
        TorrentDht dht)
    {
        _intake = intake;
        _availability = availability;
        _downloads = downloads;
        _uploads = uploads;
        _extensions = extensions;
        _dht = dht;
    }

    /// <summary>Handles all messages of one read.</summary>
    public void Handle(PeerState peer, PeerBatch batch)
    {
        while (batch.TryTake(out PeerMessage? message))
            Handle(peer, message);
        _downloads.Serve(peer.Provider);
    }

    private void Handle(PeerState peer, PeerMessage message)
    {
        switch (message)
        {
            case BlockMessage block:
                _intake.Accept(peer.Provider, block.Piece, block.Begin, block.Data);
                break;
            case RequestMessage request:
                _uploads.OnRequest(peer, request);
                break;
            case CancelMessage cancel:
                _uploads.OnCancel(peer, cancel);
                break;
            case InterestedMessage:
                _uploads.OnInterested(peer);
                break;
            case NotInterestedMessage:
                _uploads.OnNotInterested(peer);
                break;
            case ExtendedMessage extended:
                _extensions.OnMessage(peer, extended);
                break;
            case PortMessage port:
                _dht.OnPort(peer, port);
                break;
            case UnchokeMessage:
                _availability.OnMessage(peer, message);
                _uploads.OnUnchoked(peer);
                break;
            default:
                _availability.OnMessage(peer, message);
                break;
        }
    }
}
