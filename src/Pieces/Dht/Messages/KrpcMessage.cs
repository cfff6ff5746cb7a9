using Pieces.Net;

namespace Pieces.Dht.Messages;

/// <summary>Method of a query (BEP 5).</summary>
internal enum KrpcMethod
{
    /// <summary>Checks whether the node is alive.</summary>
    Ping,

    /// <summary>Requests the nodes closest to a target.</summary>
    FindNode,

    /// <summary>Requests the peers of a swarm, and the nodes closest to it.</summary>
    GetPeers,

    /// <summary>Announces the sender as a peer of a swarm.</summary>
    AnnouncePeer,
}

/// <summary>Address families of the nodes wanted in a reply (BEP 32).</summary>
[Flags]
internal enum KrpcWant
{
    /// <summary>Not specified: the family over which the query was sent.</summary>
    None = 0,

    /// <summary>IPv4, <c>nodes</c>.</summary>
    V4 = 1,

    /// <summary>IPv6, <c>nodes6</c>.</summary>
    V6 = 2,
}

/// <summary>A DHT message. Immutable; members of variable length are views into the datagram.</summary>
internal abstract record KrpcMessage
{
    /// <summary>
    /// Transaction id, chosen by the querying node and echoed in the reply. 1 to <see cref="KrpcReader.MaxTransactionLength"/> bytes.
    /// </summary>
    public ReadOnlyMemory<byte> Transaction { get; init; }
}

/// <summary>A query.</summary>
internal sealed record KrpcQuery : KrpcMessage
{
    public required KrpcMethod Method { get; init; }

    /// <summary>The id of the querying node.</summary>
    public required NodeId Sender { get; init; }

    /// <summary>The target (<c>target</c> or <c>info_hash</c>); meaningless for a ping.</summary>
    public NodeId Target { get; init; }

    public KrpcWant Want { get; init; }

    /// <summary>The querying node does not answer queries and must not enter a routing table (BEP 43).</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The token of an announce: proof that its sender queried for peers from the same address before.</summary>
    public ReadOnlyMemory<byte> Token { get; init; }

    /// <summary>The port of the announced peer; 0 if none is given.</summary>
    public int Port { get; init; }

    /// <summary>The port of the announced peer is the source port of the datagram; <see cref="Port"/> is ignored.</summary>
    public bool IsPortImplied { get; init; }

    /// <summary>The announced peer is a seed (BEP 33).</summary>
    public bool IsSeed { get; init; }

    /// <summary>The querying node wants no seeds (BEP 33).</summary>
    public bool WantsNoSeeds { get; init; }

    /// <summary>The querying node wants the number of seeds and leechers too (BEP 33).</summary>
    public bool WantsCounts { get; init; }
}

/// <summary>A reply.</summary>
internal sealed record KrpcReply : KrpcMessage
{
    /// <summary>The id of the replying node.</summary>
    public required NodeId Sender { get; init; }

    /// <summary>IPv4 nodes, at most <see cref="KrpcReader.MaxNodes"/>; null if the reply has none.</summary>
    public IReadOnlyList<NodeContact>? Nodes { get; init; }

    /// <summary>As <see cref="Nodes"/>, IPv6.</summary>
    public IReadOnlyList<NodeContact>? Nodes6 { get; init; }

    /// <summary>Peers, at most <see cref="KrpcReader.MaxValues"/>; null if the reply has none.</summary>
    public IReadOnlyList<CompactEndPoint>? Values { get; init; }

    /// <summary>The token for an announce to this node; empty if it accepts none.</summary>
    public ReadOnlyMemory<byte> Token { get; init; }

    /// <summary>The source address of our query as the replying node saw it (BEP 42).</summary>
    public CompactEndPoint? External { get; init; }

    /// <summary>Known seeds, as a <see cref="ScrapeFilter"/> (BEP 33); empty if not given.</summary>
    public ReadOnlyMemory<byte> SeedFilter { get; init; }

    /// <summary>Known leechers, as a <see cref="ScrapeFilter"/> (BEP 33); empty if not given.</summary>
    public ReadOnlyMemory<byte> PeerFilter { get; init; }
}

/// <summary>An error message.</summary>
internal sealed record KrpcFault : KrpcMessage
{
    /// <summary>Server Error: a temporary failure.</summary>
    public const int Server = 202;

    /// <summary>Protocol Error: a malformed query, or a bad token.</summary>
    public const int Protocol = 203;

    /// <summary>Method Unknown.</summary>
    public const int UnknownMethod = 204;

    public required int Code { get; init; }

    /// <summary>The error text, truncated to <see cref="KrpcReader.MaxFaultLength"/> bytes. Untrusted: not safe to print.</summary>
    public ReadOnlyMemory<byte> Text { get; init; }
}

/// <summary>A query that cannot be answered, with the error to return.</summary>
internal sealed record KrpcBadQuery : KrpcMessage
{
    public required int Code { get; init; }

    /// <summary>The error text to return.</summary>
    public required string Reason { get; init; }
}
