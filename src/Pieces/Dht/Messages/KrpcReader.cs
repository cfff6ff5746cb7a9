using Pieces.Bencode;
using Pieces.Net;

namespace Pieces.Dht.Messages;

/// <summary>
/// Decodes datagrams (BEP 5, 32, 33, 42, 43). A malformed one gives null, or a <see cref="KrpcBadQuery"/> if the protocol defines an error for it.
/// Nothing throws. Uses no sockets and no clock.
/// </summary>
internal static class KrpcReader
{
    /// <summary>Maximum length in bytes of a datagram that is parsed; valid ones have at most 1024 bytes (BEP 32).</summary>
    public const int MaxDatagramLength = 2048;

    /// <summary>Maximum length of an echoed transaction id, in bytes.</summary>
    public const int MaxTransactionLength = 16;

    /// <summary>Maximum length of a token that is kept and sent back, in bytes.</summary>
    public const int MaxTokenLength = 64;

    /// <summary>Maximum number of nodes of one address family read from one reply; a conforming node sends 8.</summary>
    public const int MaxNodes = 8;

    /// <summary>Maximum number of peers read from one reply; more do not fit in a valid datagram.</summary>
    public const int MaxValues = 100;

    /// <summary>Maximum length of an error text in bytes; the rest is cut off.</summary>
    public const int MaxFaultLength = 100;

    /// <summary>Decodes a datagram; null if it is malformed.</summary>
    public static KrpcMessage? TryRead(ReadOnlyMemory<byte> datagram)
    {
        if (datagram.Length > MaxDatagramLength
            || !KrpcGrammar.IsMessage(datagram.Span)
            || !BencodeReader.TryRead(datagram, out BencodeNode root, KrpcGrammar.MaxValues)
            || !root.TryGetMemory("t"u8, out ReadOnlyMemory<byte> transaction)
            || transaction.Length is 0 or > MaxTransactionLength
            || !root.TryGetBytes("y"u8, out ReadOnlySpan<byte> kind)
            || kind.Length != 1)
            return null;
        return kind[0] switch
        {
            (byte)'q' => ReadQuery(root, transaction),
            (byte)'r' => ReadReply(root, transaction),
            (byte)'e' => ReadFault(root, transaction),
            _ => null,
        };
    }

    private static KrpcMessage? ReadQuery(BencodeNode root, ReadOnlyMemory<byte> transaction)
    {
        if (!root.TryGetBytes("q"u8, out ReadOnlySpan<byte> name) || !root.TryGetDictionary("a"u8, out BencodeNode arguments))
            return Bad(transaction, "a query needs q and a");
        if (!TryGetId(arguments, "id"u8, out NodeId sender))
            return Bad(transaction, "id must be a string of 20 bytes");
        KrpcMethod method;
        NodeId target = default;
        if (name.SequenceEqual("ping"u8))
            method = KrpcMethod.Ping;
        else if (name.SequenceEqual("find_node"u8))
            method = KrpcMethod.FindNode;
        else if (name.SequenceEqual("get_peers"u8))
            method = KrpcMethod.GetPeers;
        else if (name.SequenceEqual("announce_peer"u8))
            method = KrpcMethod.AnnouncePeer;
        else
            return new KrpcBadQuery { Transaction = transaction, Code = KrpcFault.UnknownMethod, Reason = "unknown method" };

        if (method == KrpcMethod.FindNode && !TryGetId(arguments, "target"u8, out target))
            return Bad(transaction, "target must be a string of 20 bytes");
        if (method is KrpcMethod.GetPeers or KrpcMethod.AnnouncePeer && !TryGetId(arguments, "info_hash"u8, out target))
            return Bad(transaction, "info_hash must be a string of 20 bytes");
        var query = new KrpcQuery
        {
            Transaction = transaction,
            Method = method,
            Sender = sender,
            Target = target,
            IsReadOnly = IsOne(root, "ro"u8),
            Want = ReadWant(arguments),
        };
        if (method == KrpcMethod.GetPeers)
            query = query with { WantsNoSeeds = IsOne(arguments, "noseed"u8), WantsCounts = IsOne(arguments, "scrape"u8) };
        string? fault = method == KrpcMethod.AnnouncePeer ? ReadAnnounce(arguments, ref query) : null;
        return fault is null ? query : Bad(transaction, fault);
    }

    // Returns null on success, else the error text.
    private static string? ReadAnnounce(BencodeNode arguments, ref KrpcQuery query)
    {
        bool isPortImplied = arguments.TryGetInteger("implied_port"u8, out long implied) && implied != 0;
        arguments.TryGetInteger("port"u8, out long port);
        if (port is < 0 or > ushort.MaxValue || (port == 0 && !isPortImplied))
            return "port must be between 1 and 65535";
        if (!arguments.TryGetMemory("token"u8, out ReadOnlyMemory<byte> token) || token.Length is 0 or > MaxTokenLength)
            return "invalid token";
        query = query with { IsPortImplied = isPortImplied, Port = (int)port, Token = token, IsSeed = IsOne(arguments, "seed"u8) };
        return null;
    }

    private static KrpcReply? ReadReply(BencodeNode root, ReadOnlyMemory<byte> transaction)
    {
        if (!root.TryGetDictionary("r"u8, out BencodeNode values)
            || !TryGetId(values, "id"u8, out NodeId sender)
            || !TryReadNodes(values, "nodes"u8, NodeContact.LengthV4, out NodeContact[]? nodes)
            || !TryReadNodes(values, "nodes6"u8, NodeContact.LengthV6, out NodeContact[]? nodes6))
            return null;
        values.TryGetMemory("token"u8, out ReadOnlyMemory<byte> token);
        root.TryGetBytes("ip"u8, out ReadOnlySpan<byte> ip);
        return new KrpcReply
        {
            Transaction = transaction,
            Sender = sender,
            Nodes = nodes,
            Nodes6 = nodes6,
            Values = ReadValues(values),
            Token = token.Length <= MaxTokenLength ? token : default,
            External = CompactEndPoint.TryRead(ip, out CompactEndPoint external) ? external : null,
            SeedFilter = ReadFilter(values, "BFsd"u8),
            PeerFilter = ReadFilter(values, "BFpe"u8),
        };
    }

    private static KrpcFault? ReadFault(BencodeNode root, ReadOnlyMemory<byte> transaction)
    {
        if (!root.TryGetList("e"u8, out BencodeNode list))
            return null;
        BencodeItems items = list.Items;
        if (!items.MoveNext() || !items.Current.TryGetInteger(out long code) || code is < int.MinValue or > int.MaxValue)
            return null;
        ReadOnlyMemory<byte> text = default;
        if (items.MoveNext())
            items.Current.TryGetMemory(out text);
        return new KrpcFault { Transaction = transaction, Code = (int)code, Text = text[..Math.Min(text.Length, MaxFaultLength)] };
    }

    private static KrpcBadQuery Bad(ReadOnlyMemory<byte> transaction, string reason) =>
        new() { Transaction = transaction, Code = KrpcFault.Protocol, Reason = reason };

    private static bool TryGetId(BencodeNode dictionary, ReadOnlySpan<byte> key, out NodeId id)
    {
        id = default;
        if (!dictionary.TryGetBytes(key, out ReadOnlySpan<byte> bytes) || bytes.Length != NodeId.Length)
            return false;
        id = NodeId.FromBytes(bytes);
        return true;
    }

    private static bool IsOne(BencodeNode dictionary, ReadOnlySpan<byte> key) => dictionary.TryGetInteger(key, out long value) && value == 1;

    private static KrpcWant ReadWant(BencodeNode arguments)
    {
        KrpcWant want = KrpcWant.None;
        arguments.TryGet("want"u8, out BencodeNode list);
        foreach (BencodeNode item in list.Items)
        {
            if (!item.TryGetBytes(out ReadOnlySpan<byte> family))
                continue;
            want |= family.SequenceEqual("n4"u8) ? KrpcWant.V4 : family.SequenceEqual("n6"u8) ? KrpcWant.V6 : KrpcWant.None;
        }

        return want;
    }

    private static bool TryReadNodes(BencodeNode values, ReadOnlySpan<byte> key, int length, out NodeContact[]? nodes)
    {
        nodes = null;
        if (!values.TryGet(key, out BencodeNode node))
            return true;
        if (!node.TryGetBytes(out ReadOnlySpan<byte> bytes) || bytes.Length % length != 0)
            return false;
        nodes = new NodeContact[Math.Min(bytes.Length / length, MaxNodes)];
        for (int i = 0; i < nodes.Length; i++)
            NodeContact.TryRead(bytes.Slice(i * length, length), out nodes[i]);
        return true;
    }

    private static List<CompactEndPoint>? ReadValues(BencodeNode values)
    {
        if (!values.TryGetList("values"u8, out BencodeNode list))
            return null;
        var peers = new List<CompactEndPoint>();
        foreach (BencodeNode item in list.Items)
        {
            if (peers.Count < MaxValues && item.TryGetBytes(out ReadOnlySpan<byte> bytes) && CompactEndPoint.TryRead(bytes, out CompactEndPoint peer))
                peers.Add(peer);
        }

        return peers;
    }

    private static ReadOnlyMemory<byte> ReadFilter(BencodeNode values, ReadOnlySpan<byte> key) =>
        values.TryGetMemory(key, out ReadOnlyMemory<byte> filter) && filter.Length == ScrapeFilter.Length ? filter : default;
}
