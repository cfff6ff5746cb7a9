using Pieces.Discovery;
using Pieces.Peers;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Torrents.Lifecycle;

/// <summary>One switch from an extended message (BEP 10) to the extension that it belongs to. Owned by the torrent's loop.</summary>
internal sealed class ExtensionDesk
{
    private readonly MetadataServer _metadata;
    private readonly PeerExchange? _exchange;
    private readonly LotsDesk _lots;
    private readonly PieceManager _pieces;
    private readonly PeerBook _book;

    /// <summary>Makes it.</summary>
    /// <param name="metadata">Serves the metadata.</param>
    /// <param name="exchange">Exchanges peers; null where that is off.</param>
    /// <param name="lots">Hears who draws lots.</param>
    /// <param name="pieces">Says whether we want nothing more.</param>
    /// <param name="book">Learns where peers can be dialled.</param>
    public ExtensionDesk(MetadataServer metadata, PeerExchange? exchange, LotsDesk lots, PieceManager pieces, PeerBook book)
    {
        _lots = lots;
        _pieces = pieces;
        _metadata = metadata;
        _exchange = exchange;
        _book = book;
    }

    /// <summary>Sends what is due.</summary>
    public void Tick()
    {
        _metadata.Tick();
        _exchange?.Tick();
    }

    /// <summary>A peer has left.</summary>
    public void Forget(PeerState peer)
    {
        _metadata.Forget(peer);
        _exchange?.Forget(peer);
    }

    /// <summary>Deals with it. Ids of extensions that we did not offer on this connection are skipped, never fatal (BEP 10).</summary>
    /// <param name="peer">Who sent it.</param>
    /// <param name="message">The message.</param>
    public void OnMessage(PeerState peer, ExtendedMessage message)
    {
        try
        {
            switch (message.ExtendedId)
            {
                case PeerGreeting.HandshakeId:
                    PeerHello.Apply(peer, ExtensionHandshake.Decode(message.Payload), _book);
                    break;
                case PeerGreeting.MetadataId:
                    _metadata.OnMessage(peer, message.Payload);
                    break;
                case PeerGreeting.ExchangeId:
                    _exchange?.OnMessage(peer, message.Payload, _pieces.IsComplete);
                    break;
                case PeerGreeting.LotsId:
                    _lots.OnMessage(peer, message.Payload);
                    break;
            }
        }
        catch (PeerProtocolException e)
        {
            peer.Close(PeerEnding.Offence, e.Message);
        }
    }
}
