using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>
/// A connection whose handshake is complete. The holder of this object owns it until a <see cref="PeerConnection"/> is started on it.
/// </summary>
internal sealed record HandshakenPeer(ITransportConnection Transport, HandshakeResult Handshake)
{
    /// <summary>The remote address of the socket.</summary>
    public IPEndPoint RemoteEndPoint => SocketText.Unmapped(Transport.RemoteEndPoint);

    /// <summary>The id from its handshake.</summary>
    public PeerId RemoteId => Handshake.RemoteId;

    /// <summary>Whether we dialled.</summary>
    public bool IsOutbound => Handshake.IsOutbound;
}
