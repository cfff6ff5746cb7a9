using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>Reports the events of one torrent: as notices for programs and as log lines.</summary>
internal sealed class NoticeSender
{
    private readonly IProgress<TorrentNotice>? _notices;
    private readonly ILogger _logger;

    public NoticeSender(IProgress<TorrentNotice>? notices, ILogger logger)
    {
        _notices = notices;
        _logger = logger;
    }

    public void Metadata(Metadata.Metainfo metainfo, ImmutableArray<int>? selected)
    {
        _logger.Debug("metadata received: {Name}, {Size} bytes", DisplayText.Escape(metainfo.Name), metainfo.TotalLength);
        _notices?.Report(new MetadataNotice(metainfo, selected));
    }

    public void Started(int have, int pieces)
    {
        _logger.Debug("{Have} of {Pieces} pieces are already present", have, pieces);
        _notices?.Report(new StartedNotice(have));
    }

    public void Stored(PieceIndex piece, int have) => _notices?.Report(new PieceNotice(piece, have));

    public void Finished(int file, string path, long length)
    {
        _logger.Debug("{Path} is complete", DisplayText.Escape(path));
        _notices?.Report(new FileNotice(file, path, length));
    }

    public void WasComplete(int file, string path, long length) => _notices?.Report(new FileNotice(file, path, length, WasComplete: true));

    public void Connected(IPEndPoint address, PeerState peer)
    {
        bool isEncrypted = peer.Link.IsEncrypted;
        _logger.Debug("{Peer}: connected, {Client}{Encrypted:l}", address, peer.Client, isEncrypted ? ", encrypted" : "");
        _notices?.Report(new PeerNotice(address, PeerChange.Connected, "", peer.Client) { Origin = peer.Origin, IsEncrypted = isEncrypted });
    }

    public void Closed(IPEndPoint address, string reason, string client) =>
        _notices?.Report(new PeerNotice(address, PeerChange.Closed, reason, client));

    public void Served(PeerState peer) => _notices?.Report(new PeerServedNotice(peer.Link.RemoteEndPoint));

    public void Completed(PeerState peer)
    {
        IPeerLink link = peer.Link;
        _logger.Debug("{Peer}: has everything", link.RemoteEndPoint);
        _notices?.Report(new PeerNotice(link.RemoteEndPoint, PeerChange.Completed, "", peer.Client)
        {
            Id = link.RemoteId,
            ListenPort = peer.DialAddress?.Port,
        });
    }

    public void Banned(IPEndPoint address)
    {
        _logger.Debug("{Peer} is banned: it sent bad data", address);
        _notices?.Report(new PeerNotice(address, PeerChange.Banned, "sent bad data", ""));
    }

    public void Tracker(string url, int peers, string? error)
    {
        if (error is null)
            _logger.Debug("tracker {Tracker} returned {Peers} peers", url, peers);
        else
            _logger.Debug("tracker {Tracker}: {Error}", url, error);
        _notices?.Report(new TrackerNotice(url, peers, error));
    }

    public void Dht(int peers, int answers, int? nodes)
    {
        // The result of a search that ends after the torrent has left the DHT is ignored.
        if (nodes is not { } known)
            return;
        _logger.Debug("the DHT returned {Peers} peers; {Answers} nodes responded, {Nodes} are known", peers, answers, known);
        _notices?.Report(new DhtNotice(peers, answers, known));
    }

    public void Warn(string message)
    {
        _logger.Debug("{Message:l}", message);
        _notices?.Report(new WarningNotice(message));
    }

    public void Completed(TorrentSnapshot snapshot) => _notices?.Report(new CompletedNotice(snapshot));
}
