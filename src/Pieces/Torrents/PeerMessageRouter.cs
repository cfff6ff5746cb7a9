using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.Uploading;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>One switch from what a peer says to the part of the torrent that it concerns. Owned by the torrent's loop.</summary>
internal sealed class PeerMessageRouter
{
    private readonly PieceLayout _layout;
    private readonly PieceManager _pieces;
    private readonly DownloadDesk _downloads;
    private readonly UploadDesk _uploads;
    private readonly ExtensionDesk _extensions;
    private readonly TorrentDht _dht;
    private readonly TimeProvider _time;

    public PeerMessageRouter(
        PieceLayout layout,
        PieceManager pieces,
        DownloadDesk downloads,
        UploadDesk uploads,
        ExtensionDesk extensions,
        TorrentDht dht,
        TimeProvider time)
    {
        _layout = layout;
        _pieces = pieces;
        _downloads = downloads;
        _uploads = uploads;
        _extensions = extensions;
        _dht = dht;
        _time = time;
    }

    /// <summary>Deals with everything that one read brought, then asks the peer for more.</summary>
    public void Handle(PeerState peer, IReadOnlyList<PeerMessage> messages)
    {
        for (int i = 0; i < messages.Count; i++)
            Handle(peer, messages[i]);
        _downloads.Serve(peer);
    }

    private void Handle(PeerState peer, PeerMessage message)
    {
        switch (message)
        {
            case BlockMessage block:
                _downloads.OnBlock(peer, block);
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
            case ChokeMessage:
                _pieces.OnChoked(peer, peer.Link.SupportsFast);
                break;
            case UnchokeMessage:
                peer.OnUnchoked(_time.GetTimestamp());
                _uploads.OnUnchoked(peer);
                break;
            case ExtendedMessage extended:
                _extensions.OnMessage(peer, extended, _pieces.IsComplete);
                break;
            default:
                HandleNumbered(peer, message);
                break;
        }
    }

    private void HandleNumbered(PeerState peer, PeerMessage message)
    {
        switch (message)
        {
            case HaveMessage have when _layout.TryGetPiece(have.Piece, out PieceIndex piece):
                _pieces.OnHave(peer, piece);
                break;
            case HaveMessage have:
                peer.Close(PeerEnding.Offence, $"has piece {have.Piece} of {_layout.PieceCount}");
                break;
            case BitfieldMessage bitfield when !_pieces.OnBitfield(peer, bitfield.Bytes):
                peer.Close(PeerEnding.Offence, $"a bitfield of {bitfield.Bytes.Length} bytes does not fit {_layout.PieceCount} pieces");
                break;
            case HaveAllMessage:
                _pieces.OnHaveAll(peer);
                break;
            case HaveNoneMessage:
                _pieces.OnHaveNone(peer);
                break;
            case RejectRequestMessage reject when _layout.TryGetBlock(reject.Piece, reject.Begin, reject.Length, out BlockRequest block):
                _pieces.OnReject(peer, block, _time.GetTimestamp());
                break;
            case AllowedFastMessage allowed when _layout.TryGetPiece(allowed.Piece, out PieceIndex piece):
                peer.Requests.AllowFast(piece);
                break;
            case PortMessage port:
                _dht.OnPort(peer, port);
                break;
        }
    }
}
