using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Handles the peers that connect before the pieces of the torrent are known: fetches the metadata from them, and stores their messages about pieces
/// until the transfer begins. Owned by the torrent's loop.
/// </summary>
internal sealed class EarlyPeers
{
    /// <summary>
    /// Maximum bytes of stored bitfields over all peers. A peer whose bitfield does not fit is disconnected when the transfer begins, and dialled
    /// again.
    /// </summary>
    public const long MaxBitfieldBytes = 16 * 1024 * 1024;

    private readonly Dictionary<PeerState, PreMetadataMessages> _words = [];
    private readonly PortState _ports;
    private readonly PeerDiscovery _discovery;
    private readonly ExtensionRegistry _extensions;
    private long _bitfieldBytes;

    /// <summary>Creates an instance without peers.</summary>
    /// <param name="context">What is known of the torrent.</param>
    /// <param name="discovery">Connects to the torrent's peers.</param>
    public EarlyPeers(TorrentContext context, PeerDiscovery discovery)
    {
        _ports = context.Services.Ports;
        _discovery = discovery;
        TimeProvider time = context.Services.TimeProvider;
        Metadata = new MetadataExchanger(new MetadataFetch(context.InfoHash, time), time);
        _extensions = new ExtensionRegistry(discovery.Admission.Peers.Book, [Metadata]);
    }

    /// <summary>Fetches the metadata.</summary>
    public MetadataExchanger Metadata { get; }

    /// <summary>A peer has joined: sends it that we have no pieces yet, and the extension handshake.</summary>
    public void OnJoined(PeerState peer)
    {
        _words.Add(peer, new PreMetadataMessages());
        ExtensionHandshakeSender.SendNone(peer.Link);
        _extensions.SendHandshake(peer.Link, _ports.Announced, isUploadOnly: false);
    }

    /// <summary>A peer has left: its requests are sent to other peers.</summary>
    public void OnLeft(PeerState peer)
    {
        if (_words.Remove(peer, out PreMetadataMessages? words))
            _bitfieldBytes -= words.BitfieldBytes;
        _extensions.Forget(peer);
        Metadata.Ask();
    }

    /// <summary>
    /// Handles the messages of a peer. No block has been requested, so received blocks stay in the batch, which releases their buffers.
    /// </summary>
    public void OnMessages(PeerState peer, PeerBatch batch)
    {
        foreach (PeerMessage message in batch.Messages)
            OnMessage(peer, message);
        _discovery.Ban(Metadata.Convicted);
        Metadata.Ask();
    }

    /// <summary>
    /// Hands over all peers, each with its stored messages in a valid order. A peer whose messages were not all stored is disconnected, to be dialled
    /// again.
    /// </summary>
    public List<(PeerState Peer, PeerBatch Words)> HandOver()
    {
        var peers = new List<(PeerState Peer, PeerBatch Words)>();
        foreach ((PeerState peer, PreMetadataMessages words) in _words)
        {
            if (words.IsIncomplete)
                peer.Close(PeerEnding.Unplanned, "sent too much before the torrent was known; a new connection follows");
            peers.Add((peer, words.Replay()));
        }

        _words.Clear();
        _bitfieldBytes = 0;
        return peers;
    }

    private void OnMessage(PeerState peer, PeerMessage message)
    {
        switch (message)
        {
            case ExtendedMessage extended:
                _extensions.OnMessage(peer, extended);
                break;
            case PortMessage port:
                _discovery.Dht.OnPort(peer, port);
                break;
            case RequestMessage or BlockMessage:
                peer.Offend(Offence.TooEarly);
                break;
            default:
                Keep(peer, message);
                break;
        }
    }

    private void Keep(PeerState peer, PeerMessage message)
    {
        PreMetadataMessages words = _words[peer];
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
}
