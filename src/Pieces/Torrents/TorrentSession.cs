using Pieces.Discovery;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.MetadataExchange;
using Pieces.Torrents.Uploading;

namespace Pieces.Torrents;

/// <summary>
/// A torrent while it exchanges data: routes each event to the part that it concerns and tells the user what happened. It contains no rule of the
/// protocol. Owned by the torrent's loop.
/// </summary>
internal sealed class TorrentSession
{
    private readonly int _pieceCount;
    private readonly PieceManager _pieces;
    private readonly PeerAdmission _admission;
    private readonly PeerAvailability _availability;
    private readonly DownloadDesk _downloads;
    private readonly UploadDesk _uploads;
    private readonly Delivery _delivery;
    private readonly ShowDesk _show;
    private readonly LotsDesk _lots;
    private readonly MetadataServer _metadata;
    private readonly PeerExchange? _exchange;
    private readonly PeerMessageRouter _router;
    private readonly TransferStats _stats;
    private readonly CompletionState _completion;
    private readonly TorrentReporter _reporter;
    private readonly StreamRetention? _retention;
    private readonly TorrentDht _dht;
    private readonly PortState _ports;
    private readonly List<PieceIndex> _offered = [];
    private readonly List<SourceId> _convicted = [];

    public TorrentSession(TorrentParts parts, PortState ports)
    {
        _pieceCount = parts.Metainfo.Layout.PieceCount;
        _pieces = parts.Pieces;
        _admission = parts.Admission;
        _availability = parts.Availability;
        _downloads = parts.Downloads;
        _uploads = parts.Uploads;
        _delivery = parts.Delivery;
        _show = parts.Show;
        _lots = parts.Lots;
        _metadata = parts.Metadata;
        _exchange = parts.Exchange;
        _router = parts.Router;
        _stats = parts.Stats;
        _completion = parts.Completion;
        _reporter = parts.Reporter;
        _retention = parts.Retention;
        _dht = parts.Dht;
        _ports = ports;
    }

    /// <summary>Whether nobody is connected and nobody is left to dial.</summary>
    public bool IsAlone { get; private set; }

    /// <summary>Whether there is room for peers and none left to dial now.</summary>
    public bool LacksPeers => _admission.LacksPeers;

    /// <summary>Whether somebody is connected, is being dialled, or could be.</summary>
    public bool HasHope => _admission.Peers.Pool.Peers.Count > 0 || _admission.HasHope;

    /// <summary>Whether a stream is held up by its reader.</summary>
    public bool WaitsForReader => _retention?.WaitsForReader == true;

    private Bitfield Offered => _retention?.Offered ?? _pieces.Have;

    private GreetingTerms Terms => new()
    {
        ListenPort = _ports.Announced,
        TakesMetadata = _metadata.Size is not null,
        MetadataSize = _metadata.Size,
        ExchangesPeers = _exchange is not null,
        IsUploadOnly = _completion.IsComplete || _pieces.Have.IsFull,
    };

    /// <summary>Takes over the peers that came before the torrent was known: they hear what we have, and what they said is heard.</summary>
    public void TakeOver(PeerLobby lobby)
    {
        foreach ((PeerState peer, PeerBatch words) in lobby.HandOver())
        {
            using PeerBatch held = words;
            peer.Pieces.Begin(_pieceCount);
            _availability.Join(peer);
            if (PeerGreeting.SendRest(peer.Link, Offered, Terms))
                _router.Handle(peer, held);
            else
                peer.Close(PeerEnding.Unplanned, "is to hear anew what is here");
        }
    }

    /// <summary>Deals with what peers and their connections report.</summary>
    public void OnPeer(TorrentEvent e)
    {
        switch (e)
        {
            case PeerSaid said:
                OnSaid(said);
                break;
            case PeerTook took:
                _admission.Peers.Pool.TryGet(took.Peer, out PeerState? taker);
                _stats.OnUploaded(taker, took.Bytes);
                break;
            case PeerArrived arrived:
                OnArrived(arrived.Peer);
                break;
            case PeerGone gone:
                OnGone(gone);
                break;
            case DialFailed failed:
                _admission.Failed(failed);
                break;
            case PeersFound found:
                _admission.Found(found);
                break;
        }
    }

    /// <summary>Deals with the disk's verdicts on pieces.</summary>
    public void OnDisk(DiskEvent verdict)
    {
        switch (verdict)
        {
            case BlocksWritten written:
                // Only a large piece gives memory back before it is stored.
                if (_pieces.OnBlocksWritten(written))
                    _downloads.ServeAll();
                return;
            case PieceStored stored:
                OnStored(stored);
                break;
            case PieceRejected rejected:
                _reporter.Warn($"piece {rejected.Piece} has a wrong hash; it is fetched again");
                _pieces.OnRejected(rejected, _stats.Now, _convicted);
                BanConvicted();
                break;
            case PieceDigests digests:
                _pieces.OnDigests(digests, _convicted);
                BanConvicted();
                break;
            case ContentTaken taken:
                _retention?.OnTaken(taken.End);
                break;
        }

        _downloads.ServeAll();
    }

    /// <summary>Does what is due: late requests, choking, dialling.</summary>
    public void OnTick(CancellationToken cancellationToken)
    {
        long now = _stats.Now;
        TendStream();
        _downloads.Tick();
        _uploads.Tick(now, _completion.IsComplete);
        _show.Tick();
        _metadata.Tick();
        _exchange?.Tick();
        if (_completion.IsComplete)
            CloseSeeds();
        foreach (PeerState peer in _admission.Peers.Pool.Peers)
            peer.Link.Flush();
        IsAlone = _admission.DialMore(cancellationToken);
    }

    /// <summary>Dials without waiting for the next tick.</summary>
    public void DialMore(CancellationToken cancellationToken) => IsAlone = _admission.DialMore(cancellationToken);

    /// <summary>From now on nothing is asked for; what comes is still taken.</summary>
    public void StopAsking() => _downloads.StopAsking();

    /// <summary>Closes the open pieces; their blocks in memory are queued to be written.</summary>
    public void CloseOpenPieces() => _pieces.CloseAll();

    /// <summary>Gives back what open pieces still hold. The disk must have let go of all buffers.</summary>
    public void Abandon() => _pieces.Abandon();

    /// <summary>Tells the peers that the torrent is complete and only uploads from now on (BEP 21).</summary>
    public void TellUploadOnly()
    {
        foreach (PeerState peer in _admission.Peers.Pool.Peers)
            PeerGreeting.SendHello(peer.Link, Terms);
    }

    /// <summary>
    /// Everything wanted is here: those who have everything too, or want nothing more (BEP 21), can give us nothing, nor we them. Who says so and is
    /// interested all the same stays.
    /// </summary>
    public void CloseSeeds()
    {
        foreach (PeerState peer in _admission.Peers.Pool.Peers)
        {
            if (peer.Pieces.HasAll)
                peer.Close(PeerEnding.Useless, "both sides have everything");
            else if (peer.IsUploadOnly && !peer.Flags.PeerInterested)
                peer.Close(PeerEnding.Useless, "both sides want nothing more");
        }
    }

    private void OnSaid(PeerSaid said)
    {
        using PeerBatch batch = said.Batch;
        if (!_admission.Peers.Pool.TryGet(said.Peer, out PeerState? peer))
            return;
        _router.Handle(peer, batch);
        _uploads.Tend(peer);
        _show.Serve(peer);
        _lots.Tend(peer);
        if (_delivery.HasCompleted(peer))
            _reporter.Completed(peer);
    }

    private void OnArrived(HandshakenPeer arrived)
    {
        if (_admission.Arrived(arrived) is not { } peer)
            return;
        _availability.Join(peer);

        // Some part at once from who has nothing for them and downloads nothing: more is to come, so that is not said.
        if (_show.Receive(peer))
            PeerGreeting.Send(peer.Link, new Bitfield(_pieceCount), Terms with { IsUploadOnly = false });
        else
            PeerGreeting.Send(peer.Link, Offered, Terms);
        _show.Serve(peer);
        _dht.Greet(peer.Link);
        _reporter.Connected(arrived.RemoteEndPoint, peer);
    }

    private void OnGone(PeerGone gone)
    {
        if (_admission.Gone(gone) is not { } peer)
            return;
        _availability.Leave(peer);
        _uploads.Forget(peer);
        _show.Forget(peer);
        _lots.Forget(peer);
        if (_delivery.HasTakenAll(peer))
            _reporter.Completed(peer);
        _metadata.Forget(peer);
        _exchange?.Forget(peer);
        _dht.Forget(peer);
        _reporter.Closed(gone.Peer.RemoteEndPoint, gone.Reason, peer.Client);
        _downloads.ServeAll();
    }

    private void OnStored(PieceStored stored)
    {
        _pieces.OnStored(stored);
        _downloads.OnStored(stored.Piece);
        Announce(stored.Piece, _retention?.OnStored(stored.Piece) ?? true);
        _reporter.Stored(stored.Piece, _pieces.Have.Count);
    }

    private void Announce(PieceIndex piece, bool isOffered)
    {
        var have = new Wire.HaveMessage((uint)piece.Value);
        foreach (PeerState peer in _admission.Peers.Pool.Peers)
        {
            // Also to those who have the piece: one that seeds a piece at a time shows the next when it sees this, and leechers see how far we are.
            // They never ask for it, so it may be one that will not stay.
            bool isNews = !peer.Pieces.Has(piece);
            if (isNews && isOffered)
                peer.Link.Send(have);
            else if (!isNews && !peer.Pieces.HasAll)
                peer.Link.SendSoon(have);
        }
    }

    private void TendStream()
    {
        if (_retention is null)
            return;
        _offered.Clear();
        _retention.Tend(_offered);
        foreach (PieceIndex piece in _offered)
            Announce(piece, isOffered: true);
    }

    private void BanConvicted()
    {
        foreach (SourceId convicted in _convicted)
        {
            if (_admission.Ban(convicted) is { } address)
            {
                _reporter.Banned(address);
                _admission.CloseBanned();
            }
        }

        _convicted.Clear();
    }
}
