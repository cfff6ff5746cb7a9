using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>A stream on which the handshake is done. Whoever holds it owns it, until a <see cref="PeerConnection"/> is started on it.</summary>
internal sealed record HandshakenPeer(ITransportConnection Transport, HandshakeResult Handshake)
{
    /// <summary>The other side's address as the socket has it.</summary>
    public IPEndPoint RemoteEndPoint => SocketText.Unmapped(Transport.RemoteEndPoint);

    /// <summary>The id from its handshake.</summary>
    public PeerId RemoteId => Handshake.RemoteId;

    /// <summary>Whether we dialled.</summary>
    public bool IsOutbound => Handshake.IsOutbound;
}
