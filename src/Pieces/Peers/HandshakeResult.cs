using Pieces.Encryption;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>What the handshake told of a peer.</summary>
/// <param name="IsOutbound">Whether we dialled.</param>
/// <param name="InfoHash">The swarm that both sides agreed on.</param>
/// <param name="RemoteId">The peer's id.</param>
/// <param name="Reserved">What the peer can do, as it says.</param>
/// <param name="Common">What both sides can do.</param>
internal sealed record HandshakeResult(bool IsOutbound, SwarmKey InfoHash, PeerId RemoteId, ReservedBits Reserved, ReservedBits Common)
{
    /// <summary>How much of the connection is encrypted.</summary>
    public EncryptionExtent Encryption { get; init; }
}
