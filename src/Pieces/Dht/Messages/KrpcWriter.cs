using System.Buffers;
using Pieces.Bencode;
using Pieces.Net;

namespace Pieces.Dht.Messages;

/// <summary>Encodes messages in canonical form. All calls use the same buffer: a result is valid until the next call.</summary>
internal sealed class KrpcWriter
{
    private readonly ArrayBufferWriter<byte> _output = new(512);
    private readonly BencodeWriter _writer;
    private readonly byte[] _version;

    /// <summary>Creates a writer.</summary>
    /// <param name="version">Our client version in every message (<c>v</c>, BEP 5), or empty.</param>
    public KrpcWriter(ReadOnlySpan<byte> version)
    {
        _version = version.ToArray();
        _writer = new BencodeWriter(_output);
    }

    /// <summary>Encodes a query.</summary>
    public ReadOnlyMemory<byte> Write(KrpcQuery query)
    {
        Begin();
        _writer.Key("a"u8);
        WriteArguments(query);
        _writer.Bytes("q"u8, query.Method switch
        {
            KrpcMethod.Ping => "ping"u8,
            KrpcMethod.FindNode => "find_node"u8,
            KrpcMethod.GetPeers => "get_peers"u8,
            _ => "announce_peer"u8,
        });
        if (query.IsReadOnly)
            _writer.Integer("ro"u8, 1);
        return End(query.Transaction.Span, "q"u8);
    }

    /// <summary>Encodes a reply.</summary>
    public ReadOnlyMemory<byte> Write(KrpcReply reply)
    {
        Begin();
        if (reply.External is { } external)
            WriteEndPoint("ip"u8, external);
        _writer.Key("r"u8);
        _writer.BeginDictionary();
        if (!reply.PeerFilter.IsEmpty)
            _writer.Bytes("BFpe"u8, reply.PeerFilter.Span);
        if (!reply.SeedFilter.IsEmpty)
            _writer.Bytes("BFsd"u8, reply.SeedFilter.Span);
        WriteId("id"u8, reply.Sender);
        WriteNodes("nodes"u8, reply.Nodes, NodeContact.LengthV4);
        WriteNodes("nodes6"u8, reply.Nodes6, NodeContact.LengthV6);
        if (!reply.Token.IsEmpty)
            _writer.Bytes("token"u8, reply.Token.Span);
        WriteValues(reply.Values);
        _writer.End();
        return End(reply.Transaction.Span, "r"u8);
    }

    /// <summary>Encodes an error message.</summary>
    public ReadOnlyMemory<byte> Write(KrpcFault fault)
    {
        Begin();
        _writer.Key("e"u8);
        _writer.BeginList();
        _writer.Integer(fault.Code);
        _writer.Bytes(fault.Text.Span);
        _writer.End();
        return End(fault.Transaction.Span, "e"u8);
    }

    private void Begin()
    {
        _output.ResetWrittenCount();
        _writer.BeginDictionary();
    }

    private ReadOnlyMemory<byte> End(ReadOnlySpan<byte> transaction, ReadOnlySpan<byte> kind)
    {
        _writer.Bytes("t"u8, transaction);
        if (_version.Length > 0)
            _writer.Bytes("v"u8, _version);
        _writer.Bytes("y"u8, kind);
        _writer.End();
        return _output.WrittenMemory;
    }

    private void WriteArguments(KrpcQuery query)
    {
        _writer.BeginDictionary();
        WriteId("id"u8, query.Sender);
        if (query.IsPortImplied)
            _writer.Integer("implied_port"u8, 1);
        if (query.Method is KrpcMethod.GetPeers or KrpcMethod.AnnouncePeer)
            WriteId("info_hash"u8, query.Target);
        if (query.WantsNoSeeds)
            _writer.Integer("noseed"u8, 1);
        if (query.Method == KrpcMethod.AnnouncePeer)
            _writer.Integer("port"u8, query.Port);
        if (query.WantsCounts)
            _writer.Integer("scrape"u8, 1);
        if (query.IsSeed)
            _writer.Integer("seed"u8, 1);
        if (query.Method == KrpcMethod.FindNode)
            WriteId("target"u8, query.Target);
        if (query.Method == KrpcMethod.AnnouncePeer)
            _writer.Bytes("token"u8, query.Token.Span);
        if (query.Want != KrpcWant.None)
            WriteWant(query.Want);
        _writer.End();
    }

    private void WriteWant(KrpcWant want)
    {
        _writer.Key("want"u8);
        _writer.BeginList();
        if (want.HasFlag(KrpcWant.V4))
            _writer.Bytes("n4"u8);
        if (want.HasFlag(KrpcWant.V6))
            _writer.Bytes("n6"u8);
        _writer.End();
    }

    private void WriteId(ReadOnlySpan<byte> key, NodeId id)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Length];
        id.CopyTo(bytes);
        _writer.Bytes(key, bytes);
    }

    private void WriteEndPoint(ReadOnlySpan<byte> key, CompactEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[CompactEndPoint.LengthV6];
        endPoint.CopyTo(bytes);
        _writer.Bytes(key, bytes[..endPoint.Length]);
    }

    private void WriteNodes(ReadOnlySpan<byte> key, IReadOnlyList<NodeContact>? nodes, int length)
    {
        if (nodes is null)
            return;
        Span<byte> bytes = stackalloc byte[KrpcReader.MaxNodes * NodeContact.LengthV6];
        int count = Math.Min(nodes.Count, KrpcReader.MaxNodes);
        for (int i = 0; i < count; i++)
            nodes[i].CopyTo(bytes[(i * length)..]);
        _writer.Bytes(key, bytes[..(count * length)]);
    }

    private void WriteValues(IReadOnlyList<CompactEndPoint>? values)
    {
        if (values is null)
            return;
        Span<byte> bytes = stackalloc byte[CompactEndPoint.LengthV6];
        _writer.Key("values"u8);
        _writer.BeginList();
        foreach (CompactEndPoint peer in values)
        {
            peer.CopyTo(bytes);
            _writer.Bytes(bytes[..peer.Length]);
        }

        _writer.End();
    }
}
