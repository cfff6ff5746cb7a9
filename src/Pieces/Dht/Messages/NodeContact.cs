using Pieces.Net;

namespace Pieces.Dht.Messages;

/// <summary>Id and address of a node in compact form: 26 bytes for IPv4 (BEP 5), 38 for IPv6 (BEP 32). Neither is verified.</summary>
/// <param name="Id">The node's id.</param>
/// <param name="EndPoint">The node's address.</param>
internal readonly record struct NodeContact(NodeId Id, CompactEndPoint EndPoint)
{
    /// <summary>Length of an IPv4 contact in bytes.</summary>
    public const int LengthV4 = NodeId.Length + CompactEndPoint.LengthV4;

    /// <summary>Length of an IPv6 contact in bytes.</summary>
    public const int LengthV6 = NodeId.Length + CompactEndPoint.LengthV6;

    /// <summary>Reads one contact; the span must have exactly the length of one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out NodeContact contact)
    {
        contact = default;
        if (bytes.Length < NodeId.Length || !CompactEndPoint.TryRead(bytes[NodeId.Length..], out CompactEndPoint endPoint))
            return false;
        contact = new NodeContact(NodeId.FromBytes(bytes[..NodeId.Length]), endPoint);
        return true;
    }

    /// <summary>Writes the contact to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        Id.CopyTo(destination);
        EndPoint.CopyTo(destination[NodeId.Length..]);
    }
}
