using System.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>What we say first to a peer: what we have, in the shortest form that it understands, and what we can do.</summary>
internal static class PeerGreeting
{
    /// <summary>Our program, as peers show it.</summary>
    public const string ClientName = "Pieces 0.1";

    /// <summary>Id of the extension handshake among extended messages (BEP 10).</summary>
    public const byte HandshakeId = 0;

    /// <summary>Blocks that a peer may have asked for at one time; beyond that requests are rejected.</summary>
    public const int RequestQueue = 512;

    /// <summary>Sends it.</summary>
    public static void Send(PeerConnection connection, Bitfield have, int listenPort, int metadataSize)
    {
        if (connection.SupportsFast && have.IsFull)
            connection.Send(HaveAllMessage.Instance);
        else if (have.Count > 0)
            connection.Send(new BitfieldMessage(have.ToBytes()));
        else if (connection.SupportsFast)
            connection.Send(HaveNoneMessage.Instance);

        if (connection.SupportsExtensions)
            connection.Send(new ExtendedMessage(HandshakeId, Hello(connection.RemoteEndPoint.Address, have, listenPort, metadataSize)));
    }

    private static byte[] Hello(IPAddress theirs, Bitfield have, int listenPort, int metadataSize) =>
        new ExtensionHandshake
        {
            Client = ClientName,
            Port = listenPort > 0 ? listenPort : null,
            RequestQueue = RequestQueue,
            YourAddress = theirs,
            MetadataSize = metadataSize,
            IsUploadOnly = have.IsFull,
        }.Encode();
}
