using System.Collections.Immutable;
using Pieces.Bencode;
using Pieces.Dht.Messages;

namespace Pieces.Dht;

/// <summary>
/// The state that a node keeps between runs, in bencode: its ids and the nodes that replied recently. The file is untrusted: a malformed one is
/// ignored as a whole, and every node in it must reply before it enters the routing table.
/// </summary>
internal sealed record DhtMemory
{
    /// <summary>Maximum number of kept nodes per address family.</summary>
    public const int MaxNodes = 200;

    /// <summary>Maximum length of the encoded state in bytes: two full node lists plus 512 bytes for the rest.</summary>
    public const int MaxLength = (MaxNodes * (NodeContact.LengthV4 + NodeContact.LengthV6)) + 512;

    private const int Version = 1;

    /// <summary>Our id in the IPv4 network, if other nodes have reported our address (BEP 42). It is replaced when they report another
    /// address.</summary>
    public NodeId? IdV4 { get; init; }

    /// <summary>As <see cref="IdV4"/>, for IPv6.</summary>
    public NodeId? IdV6 { get; init; }

    /// <summary>The nodes of both address families.</summary>
    public ImmutableArray<NodeContact> Nodes { get; init; } = [];

    /// <summary>Decodes the state; null if it is malformed or too long.</summary>
    public static DhtMemory? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxLength
            || !KrpcGrammar.IsMessage(bytes.Span)
            || !BencodeReader.TryRead(bytes, out BencodeNode root, KrpcGrammar.MaxValues)
            || !root.TryGetInteger("version"u8, out long version)
            || version != Version)
            return null;
        var nodes = ImmutableArray.CreateBuilder<NodeContact>();
        if (!TryReadNodes(root, "nodes"u8, NodeContact.LengthV4, nodes) || !TryReadNodes(root, "nodes6"u8, NodeContact.LengthV6, nodes))
            return null;
        return new DhtMemory { IdV4 = ReadId(root, "id"u8), IdV6 = ReadId(root, "id6"u8), Nodes = nodes.ToImmutable() };
    }

    /// <summary>Encodes the state.</summary>
    public byte[] Write() => BencodeWriter.Encode(writer =>
    {
        writer.BeginDictionary();
        WriteId(writer, "id"u8, IdV4);
        WriteId(writer, "id6"u8, IdV6);
        WriteNodes(writer, "nodes"u8, isV6: false);
        WriteNodes(writer, "nodes6"u8, isV6: true);
        writer.Integer("version"u8, Version);
        writer.End();
    });

    private static NodeId? ReadId(BencodeNode root, ReadOnlySpan<byte> key) =>
        root.TryGetBytes(key, out ReadOnlySpan<byte> bytes) && bytes.Length == NodeId.Length ? NodeId.FromBytes(bytes) : null;

    private static bool TryReadNodes(BencodeNode root, ReadOnlySpan<byte> key, int length, ImmutableArray<NodeContact>.Builder nodes)
    {
        if (!root.TryGetBytes(key, out ReadOnlySpan<byte> bytes) || bytes.Length % length != 0 || bytes.Length / length > MaxNodes)
            return false;
        for (; bytes.Length > 0; bytes = bytes[length..])
        {
            // An IPv4-mapped IPv6 address would belong to the other list.
            if (NodeContact.TryRead(bytes[..length], out NodeContact node) && node.EndPoint.IsV6 == (length == NodeContact.LengthV6))
                nodes.Add(node);
        }

        return true;
    }

    private static void WriteId(BencodeWriter writer, ReadOnlySpan<byte> key, NodeId? id)
    {
        if (id is not { } known)
            return;
        Span<byte> bytes = stackalloc byte[NodeId.Length];
        known.CopyTo(bytes);
        writer.Bytes(key, bytes);
    }

    private void WriteNodes(BencodeWriter writer, ReadOnlySpan<byte> key, bool isV6)
    {
        int length = isV6 ? NodeContact.LengthV6 : NodeContact.LengthV4;
        NodeContact[] nodes = [.. Nodes.Where(node => node.EndPoint.IsV6 == isV6).Take(MaxNodes)];
        byte[] bytes = new byte[nodes.Length * length];
        for (int i = 0; i < nodes.Length; i++)
            nodes[i].CopyTo(bytes.AsSpan(i * length));
        writer.Bytes(key, bytes);
    }
}
