using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Carries out what <see cref="MetadataFetch"/> decides: sends requests for metadata to peers, and handles what they send. Owned by the torrent's
/// loop.
/// </summary>
internal sealed class MetadataExchanger : IPeerExtension
{
    private readonly MetadataFetch _fetch;
    private readonly TimeProvider _time;
    private readonly Dictionary<SenderId, PeerState> _peers = [];
    private readonly List<MetadataAsk> _asks = [];

    public MetadataExchanger(MetadataFetch fetch, TimeProvider time)
    {
        _fetch = fetch;
        _time = time;
    }

    /// <summary>Receives the peers that have sent wrong metadata. The caller bans them and clears the list.</summary>
    public List<SenderId> Convicted { get; } = [];

    /// <summary>The verified metadata; null until it is complete.</summary>
    public byte[]? Result => _fetch.Result;

    /// <summary>Whether any peer offers metadata.</summary>
    public bool HasOffers => _fetch.HasOffers;

    /// <summary>Received bytes, not verified yet, and the size claimed by peers.</summary>
    public (int Held, int Size) Progress => _fetch.Progress;

    /// <inheritdoc/>
    public string Name => MetadataCodec.ExtensionName;

    /// <inheritdoc/>
    public byte LocalId => MetadataSending.LocalId;

    /// <inheritdoc/>
    public void OnHandshake(PeerState peer, ExtensionHandshake handshake)
    {
        _peers[peer.Id] = peer;
        if (!_fetch.Offer(peer.Id, peer.Extensions.Has(Name) ? handshake.MetadataSize : null))
            peer.Close(PeerEnding.Offence, $"sent more than {MetadataFetch.MaxClaims} different metadata sizes");
    }

    /// <inheritdoc/>
    public void OnLeft(PeerState peer)
    {
        _peers.Remove(peer.Id);
        _fetch.Forget(peer.Id);
    }

    /// <inheritdoc/>
    public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload)
    {
        long now = _time.GetTimestamp();
        switch (MetadataCodec.Decode(payload))
        {
            case MetadataData data when !_fetch.Take(peer.Id, data, now, Convicted):
                peer.Offend(Offence.UnsolicitedMetadata);
                break;
            case MetadataReject reject:
                _fetch.Reject(peer.Id, reject.Part, now);
                break;
            case MetadataRequest request:
                // The peer does not know yet that we have no metadata.
                peer.SendMetadata(new MetadataReject(request.Part));
                break;
        }
    }

    /// <summary>Sends requests for the missing parts to the peers that offer metadata.</summary>
    public void Ask()
    {
        _asks.Clear();
        _fetch.Fill(_time.GetTimestamp(), _asks);
        foreach (MetadataAsk ask in _asks)
            _peers[ask.Peer].SendMetadata(new MetadataRequest(ask.Part));
    }
}
