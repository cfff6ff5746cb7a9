using Pieces.Encryption;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>Information about a peer from the handshake.</summary>
/// <param name="IsOutbound">Whether we dialled.</param>
/// <param name="InfoHash">The swarm that both sides agreed on.</param>
/// <param name="RemoteId">The peer's id.</param>
/// <param name="Reserved">Features that the peer supports.</param>
/// <param name="Common">Features that both sides support.</param>
internal sealed record HandshakeResult(bool IsOutbound, SwarmKey InfoHash, PeerId RemoteId, ReservedBits Reserved, ReservedBits Common)
{
    /// <summary>Which part of the connection is encrypted.</summary>
    public EncryptionExtent Encryption { get; init; }
}
