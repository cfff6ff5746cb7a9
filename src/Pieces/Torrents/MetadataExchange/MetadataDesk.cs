using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Carries out what <see cref="MetadataFetch"/> decides: asks peers for metadata and takes what they send. Owned by the torrent's loop.
/// </summary>
internal sealed class MetadataDesk : IPeerExtension
{
    private readonly MetadataFetch _fetch;
    private readonly TimeProvider _time;
    private readonly Dictionary<SourceId, PeerState> _peers = [];
    private readonly List<MetadataAsk> _asks = [];

    public MetadataDesk(MetadataFetch fetch, TimeProvider time)
    {
        _fetch = fetch;
        _time = time;
    }

    /// <summary>Gets those who lied, to be banned and taken out by whoever looks.</summary>
    public List<SourceId> Convicted { get; } = [];

    /// <summary>The metadata, verified; null until it is here.</summary>
    public byte[]? Result => _fetch.Result;

    /// <summary>Whether somebody offers metadata.</summary>
    public bool HasOffers => _fetch.HasOffers;

    /// <summary>Bytes here, not yet verified, and bytes claimed.</summary>
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
            peer.Close(PeerEnding.Offence, $"said more than {MetadataFetch.MaxClaims} sizes of the metadata");
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
                // It does not know yet that we have nothing to give.
                peer.SendMetadata(new MetadataReject(request.Part));
                break;
        }
    }

    /// <summary>Asks whom there is to ask for what is missing.</summary>
    public void Ask()
    {
        _asks.Clear();
        _fetch.Fill(_time.GetTimestamp(), _asks);
        foreach (MetadataAsk ask in _asks)
            _peers[ask.Peer].SendMetadata(new MetadataRequest(ask.Part));
    }
}
