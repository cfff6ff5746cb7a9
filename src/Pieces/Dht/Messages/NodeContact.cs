using Pieces.Net;

namespace Pieces.Dht.Messages;

/// <summary>A node as others name it: 26 or 38 bytes on the wire (BEP 5, BEP 32).</summary>
/// <param name="Id">The id that it is said to have.</param>
/// <param name="EndPoint">Where it is said to be.</param>
internal readonly record struct NodeContact(NodeId Id, CompactEndPoint EndPoint)
{
    /// <summary>Bytes of an IPv4 node.</summary>
    public const int LengthV4 = NodeId.Length + CompactEndPoint.LengthV4;

    /// <summary>Bytes of an IPv6 node.</summary>
    public const int LengthV6 = NodeId.Length + CompactEndPoint.LengthV6;

    /// <summary>Reads one node from exactly as many bytes as one has.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out NodeContact contact)
    {
        contact = default;
        if (bytes.Length < NodeId.Length || !CompactEndPoint.TryRead(bytes[NodeId.Length..], out CompactEndPoint endPoint))
            return false;
        contact = new NodeContact(NodeId.FromBytes(bytes[..NodeId.Length]), endPoint);
        return true;
    }

    /// <summary>Writes it to the front of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        Id.CopyTo(destination);
        EndPoint.CopyTo(destination[NodeId.Length..]);
    }
}
