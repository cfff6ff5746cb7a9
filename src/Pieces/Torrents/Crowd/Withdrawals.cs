using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.Crowd;

/// <summary>Sends and receives messages that withdraw a piece: the sender no longer has it (BEP 54). Owned by the torrent's loop.</summary>
internal sealed class Withdrawals : IPeerExtension
{
    private readonly PeerPool _pool;
    private readonly PeerAvailability _availability;

    /// <summary>Creates an instance.</summary>
    /// <param name="pool">The connected peers.</param>
    /// <param name="availability">The pieces that peers have.</param>
    public Withdrawals(PeerPool pool, PeerAvailability availability)
    {
        _pool = pool;
        _availability = availability;
    }

    /// <inheritdoc/>
    public string Name => DontHaveCodec.ExtensionName;

    /// <inheritdoc/>
    public byte LocalId => ExtensionIds.DontHave;

    /// <summary>A peer has withdrawn a piece.</summary>
    public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload) => _availability.OnWithdrawn(peer, DontHaveCodec.Decode(payload));

    /// <summary>We no longer have a piece: sends that to all peers that support the extension.</summary>
    public void Tell(PieceIndex piece)
    {
        byte[] payload = DontHaveCodec.Encode((uint)piece.Value);
        foreach (PeerState peer in _pool.Peers)
            peer.TrySend(Name, payload);
    }
}
