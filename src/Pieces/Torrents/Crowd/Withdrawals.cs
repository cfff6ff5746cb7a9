using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.Crowd;

/// <summary>Takes and tells that a piece is withdrawn: that its sender no longer has it (BEP 54). Owned by the torrent's loop.</summary>
internal sealed class Withdrawals : IPeerExtension
{
    private readonly PeerPool _pool;
    private readonly PeerAvailability _availability;

    /// <summary>Makes it.</summary>
    /// <param name="pool">The connected peers.</param>
    /// <param name="availability">What they have.</param>
    public Withdrawals(PeerPool pool, PeerAvailability availability)
    {
        _pool = pool;
        _availability = availability;
    }

    /// <inheritdoc/>
    public string Name => DontHaveCodec.ExtensionName;

    /// <inheritdoc/>
    public byte LocalId => ExtensionIds.DontHave;

    /// <summary>A peer no longer has a piece.</summary>
    public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload) => _availability.OnWithdrawn(peer, DontHaveCodec.Decode(payload));

    /// <summary>We no longer have a piece: all peers that speak the extension are told.</summary>
    public void Tell(PieceIndex piece)
    {
        byte[] payload = DontHaveCodec.Encode((uint)piece.Value);
        foreach (PeerState peer in _pool.Peers)
            peer.TrySend(Name, payload);
    }
}
