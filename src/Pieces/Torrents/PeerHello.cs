using System.Net;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Takes to heart what a peer says of itself (BEP 10).</summary>
internal static class PeerHello
{
    /// <summary>Notes it.</summary>
    /// <param name="peer">Who said it.</param>
    /// <param name="hello">What it said.</param>
    /// <param name="book">Learns where the peer can be dialled.</param>
    public static void Apply(PeerState peer, ExtensionHandshake hello, PeerBook book)
    {
        peer.IsUploadOnly = hello.IsUploadOnly;

        // An extension that is not named again keeps its id (BEP 10).
        if (hello.Extensions.TryGetValue(MetadataCodec.ExtensionName, out byte id))
            peer.MetadataId = id;
        if (hello.Extensions.TryGetValue(PeerExchangeCodec.ExtensionName, out byte exchangeId))
            peer.ExchangeId = exchangeId;
        if (hello.Extensions.TryGetValue(LotsCodec.ExtensionName, out byte lotsId))
            peer.LotsId = lotsId;
        peer.MetadataSize = hello.MetadataSize;
        if (hello.RequestQueue is { } queue)
            peer.Provider.Requests.Window.SetLimit(queue);
        if (hello.Client is { Length: > 0 } client)
            peer.Client = client;
        if (hello.Port is not { } port || peer.DialAddress is not null)
            return;
        peer.DialAddress = SocketText.Unmapped(new IPEndPoint(peer.Link.RemoteEndPoint.Address, port));
        book.Add(peer.DialAddress, PeerOrigin.Inbound);
        book.Connected(peer.DialAddress);
    }
}
