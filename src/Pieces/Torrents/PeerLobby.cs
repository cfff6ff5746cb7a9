using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>
/// The peers of a torrent whose pieces are not known yet: lets them in, fetches the metadata from them, and remembers what they say, until a session
/// takes them over. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerLobby
{
    /// <summary>Bytes of bitfields that are remembered over all peers; who has no room left for its own is connected anew later.</summary>
    public const long MaxBitfieldBytes = 16 * 1024 * 1024;

    private readonly Dictionary<PeerState, EarlyWords> _words = [];
    private readonly PortState _ports;
    private readonly TorrentReporter _reporter;
    private readonly MetadataDesk _desk;
    private readonly TorrentDht _dht;
    private long _bitfieldBytes;

    /// <summary>Makes one without peers.</summary>
    /// <param name="admission">Lets peers in.</param>
    /// <param name="desk">Asks them for the metadata.</param>
    /// <param name="dht">Exchanges nodes with them.</param>
    /// <param name="services">What the client lends.</param>
    /// <param name="reporter">Tells the user who came and went.</param>
    public PeerLobby(PeerAdmission admission, MetadataDesk desk, TorrentDht dht, TorrentServices services, TorrentReporter reporter)
    {
        _dht = dht;
        Admission = admission;
        _desk = desk;
        _ports = services.Ports;
        _reporter = reporter;
    }

    /// <summary>Who is known and connected, and how they come and go.</summary>
    public PeerAdmission Admission { get; }

    /// <summary>Whether somebody is connected, is being dialled, or could be.</summary>
    public bool HasHope => Admission.Peers.Pool.Peers.Count > 0 || Admission.HasHope;

    /// <summary>Deals with what peers and their connections report.</summary>
    public void OnPeer(TorrentEvent e)
    {
        switch (e)
        {
            case PeerSaid said:
                OnSaid(said);
                break;
            case PeerArrived arrived:
                OnArrived(arrived.Peer);
                break;
            case PeerGone gone:
                OnGone(gone);
                break;
            case DialFailed failed:
                Admission.Failed(failed);
                break;
            case PeersFound found:
                Admission.Found(found);
                break;
        }
    }

    /// <summary>Lets everybody go over to a session, with what each has said, in an order in which it could have said it. Those of whom not
    /// everything is remembered are closed, to be dialled again.</summary>
    public List<(PeerState Peer, PeerBatch Words)> HandOver()
    {
        var peers = new List<(PeerState Peer, PeerBatch Words)>();
        foreach ((PeerState peer, EarlyWords words) in _words)
        {
            if (words.IsIncomplete)
                peer.Close(PeerEnding.Unplanned, "has said too much before the torrent was known; to be dialled again");
            peers.Add((peer, words.Replay()));
        }

        _words.Clear();
        _bitfieldBytes = 0;
        return peers;
    }

    private void OnArrived(HandshakenPeer arrived)
    {
        if (Admission.Arrived(arrived) is not { } peer)
            return;
        _words.Add(peer, new EarlyWords());
        PeerGreeting.SendBlank(peer.Link, _ports.Announced);
        _dht.Greet(peer.Link);
        _reporter.Connected(arrived.RemoteEndPoint, peer);
    }

    private void OnGone(PeerGone gone)
    {
        if (Admission.Gone(gone) is not { } peer)
            return;
        if (_words.Remove(peer, out EarlyWords? words))
            _bitfieldBytes -= words.BitfieldBytes;
        _desk.OnLeft(peer);
        _dht.Forget(peer);
        _reporter.Closed(gone.Peer.RemoteEndPoint, gone.Reason, peer.Client);
        _desk.Ask();
    }

    private void OnSaid(PeerSaid said)
    {
        // No block was asked for, so the batch gives back the buffers of those that came.
        using PeerBatch batch = said.Batch;
        if (!Admission.Peers.Pool.TryGet(said.Peer, out PeerState? peer))
            return;
        foreach (PeerMessage message in batch.Messages)
            Hear(peer, message);
        BanConvicted();
        _desk.Ask();
    }

    private void Hear(PeerState peer, PeerMessage message)
    {
        if (message is ExtendedMessage extended)
            OnExtended(peer, extended);
        else if (message is PortMessage port)
            _dht.OnPort(peer, port);
        else if (!_words.TryGetValue(peer, out EarlyWords? words))
            return;
        else if (message is RequestMessage or BlockMessage)
            peer.Offend(Offence.TooEarly);
        else
            Remember(peer, words, message);
    }

    private void Remember(PeerState peer, EarlyWords words, PeerMessage message)
    {
        int before = words.BitfieldBytes;
        bool isStatement = message is BitfieldMessage or HaveAllMessage or HaveNoneMessage;
        if (isStatement && words.HasStatement)
            peer.Offend(Offence.RepeatedStatement);
        words.Hear(message);
        _bitfieldBytes += words.BitfieldBytes - before;
        if (_bitfieldBytes <= MaxBitfieldBytes || words.BitfieldBytes == 0)
            return;
        _bitfieldBytes -= words.BitfieldBytes;
        words.DropStatement();
    }

    private void OnExtended(PeerState peer, ExtendedMessage message)
    {
        try
        {
            if (message.ExtendedId == PeerGreeting.HandshakeId)
            {
                PeerHello.Apply(peer, ExtensionHandshake.Decode(message.Payload), Admission.Peers.Book);
                _desk.OnHello(peer);
            }
            else if (message.ExtendedId == PeerGreeting.MetadataId)
            {
                _desk.OnMessage(peer, message.Payload);
            }
        }
        catch (PeerProtocolException e)
        {
            peer.Close(PeerEnding.Offence, e.Message);
        }
    }

    private void BanConvicted()
    {
        foreach (SourceId convicted in _desk.Convicted)
        {
            if (Admission.Ban(convicted) is not { } address)
                continue;
            _reporter.Banned(address);
            Admission.CloseBanned();
        }

        _desk.Convicted.Clear();
    }
}
