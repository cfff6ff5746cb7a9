using System.Net;
using System.Text;
using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Tests.Dht;

/// <summary>Short notations for ids, addresses and nodes in the DHT tests.</summary>
internal static class DhtText
{
    public static CompactEndPoint At(string endPoint) => CompactEndPoint.From(IPEndPoint.Parse(endPoint));

    /// <summary>Returns an id of 20 letters.</summary>
    public static NodeId Id(string letters) => NodeId.FromBytes(Encoding.ASCII.GetBytes(letters));

    /// <summary>Returns an id with the given first bytes; the other bytes are zero.</summary>
    public static NodeId IdOf(params byte[] front)
    {
        byte[] bytes = new byte[NodeId.Length];
        front.CopyTo(bytes, 0);
        return NodeId.FromBytes(bytes);
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    public static KrpcMessage? Read(string datagram) => KrpcReader.TryRead(Bytes(datagram));

    /// <summary>Returns a node whose id fits its address (BEP 42).</summary>
    public static NodeContact Fitting(string endPoint, Random random)
    {
        CompactEndPoint compact = At(endPoint);
        return new NodeContact(SecureNodeId.Create(compact, random), compact);
    }
}
