using System.Net;
using System.Text;
using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Tests.Dht;

/// <summary>Short ways to write what the tests of the DHT are about.</summary>
internal static class DhtText
{
    public static CompactEndPoint At(string endPoint) => CompactEndPoint.From(IPEndPoint.Parse(endPoint));

    /// <summary>An id of 20 letters.</summary>
    public static NodeId Id(string letters) => NodeId.FromBytes(Encoding.ASCII.GetBytes(letters));

    /// <summary>An id whose first bytes are given and whose others are zero.</summary>
    public static NodeId IdOf(params byte[] front)
    {
        byte[] bytes = new byte[NodeId.Length];
        front.CopyTo(bytes, 0);
        return NodeId.FromBytes(bytes);
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    public static KrpcMessage? Read(string datagram) => KrpcReader.TryRead(Bytes(datagram));

    /// <summary>A node with an id that its address may have.</summary>
    public static NodeContact Fitting(string endPoint, Random random)
    {
        CompactEndPoint compact = At(endPoint);
        return new NodeContact(SecureNodeId.Create(compact, random), compact);
    }
}
