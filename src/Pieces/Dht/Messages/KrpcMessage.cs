using Pieces.Net;

namespace Pieces.Dht.Messages;

/// <summary>What a query asks (BEP 5).</summary>
internal enum KrpcMethod
{
    /// <summary>Whether anybody is there.</summary>
    Ping,

    /// <summary>The nodes nearest to a point.</summary>
    FindNode,

    /// <summary>The peers of a swarm, and the nodes nearest to it.</summary>
    GetPeers,

    /// <summary>To be remembered as a peer of a swarm.</summary>
    AnnouncePeer,
}

/// <summary>Of which families nodes are wanted in the answer (BEP 32).</summary>
[Flags]
internal enum KrpcWant
{
    /// <summary>Nothing said: of the family that the query came by.</summary>
    None = 0,

    /// <summary>IPv4, <c>nodes</c>.</summary>
    V4 = 1,

    /// <summary>IPv6, <c>nodes6</c>.</summary>
    V6 = 2,
}

/// <summary>A datagram of the DHT. Immutable; what is of variable length is a view into the datagram.</summary>
internal abstract record KrpcMessage
{
    /// <summary>Names the exchange; chosen by who asked, and echoed. 1 to <see cref="KrpcReader.MaxTransactionLength"/> bytes.</summary>
    public ReadOnlyMemory<byte> Transaction { get; init; }
}

/// <summary>A question.</summary>
internal sealed record KrpcQuery : KrpcMessage
{
    public required KrpcMethod Method { get; init; }

    /// <summary>The id of who asks.</summary>
    public required NodeId Sender { get; init; }

    /// <summary>The point that is asked about: <c>target</c> or <c>info_hash</c>; of a ping without meaning.</summary>
    public NodeId Target { get; init; }

    public KrpcWant Want { get; init; }

    /// <summary>Who asks answers no queries and belongs in nobody's table (BEP 43).</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Proof that the announcer asked for peers from the same address before.</summary>
    public ReadOnlyMemory<byte> Token { get; init; }

    /// <summary>The port of the announced peer; 0 when none is said.</summary>
    public int Port { get; init; }

    /// <summary>The announced port is the one that the datagram came from, whatever <see cref="Port"/> says.</summary>
    public bool IsPortImplied { get; init; }

    /// <summary>The announced peer has everything (BEP 33).</summary>
    public bool IsSeed { get; init; }

    /// <summary>Peers that have everything are of no use to who asks (BEP 33).</summary>
    public bool WantsNoSeeds { get; init; }

    /// <summary>The numbers of the swarm are wanted too (BEP 33).</summary>
    public bool WantsCounts { get; init; }
}

/// <summary>An answer.</summary>
internal sealed record KrpcReply : KrpcMessage
{
    /// <summary>The id of who answers.</summary>
    public required NodeId Sender { get; init; }

    /// <summary>IPv4 nodes, at most <see cref="KrpcReader.MaxNodes"/>; null when the answer has none.</summary>
    public IReadOnlyList<NodeContact>? Nodes { get; init; }

    /// <summary>As <see cref="Nodes"/>, IPv6.</summary>
    public IReadOnlyList<NodeContact>? Nodes6 { get; init; }

    /// <summary>Peers, at most <see cref="KrpcReader.MaxValues"/>; null when the answer has none.</summary>
    public IReadOnlyList<CompactEndPoint>? Values { get; init; }

    /// <summary>What an announce to this node must bring; empty when it takes none.</summary>
    public ReadOnlyMemory<byte> Token { get; init; }

    /// <summary>Where who answers saw the query come from (BEP 42).</summary>
    public CompactEndPoint? External { get; init; }

    /// <summary>The seeds that are known, as a <see cref="ScrapeFilter"/> (BEP 33); empty when not told.</summary>
    public ReadOnlyMemory<byte> SeedFilter { get; init; }

    /// <summary>The other peers that are known, as a <see cref="ScrapeFilter"/> (BEP 33); empty when not told.</summary>
    public ReadOnlyMemory<byte> PeerFilter { get; init; }
}

/// <summary>A refusal.</summary>
internal sealed record KrpcFault : KrpcMessage
{
    /// <summary>Server Error: for now, not.</summary>
    public const int Server = 202;

    /// <summary>Protocol Error: malformed, or a bad token.</summary>
    public const int Protocol = 203;

    /// <summary>Method Unknown.</summary>
    public const int UnknownMethod = 204;

    public required int Code { get; init; }

    /// <summary>In words, cut to <see cref="KrpcReader.MaxFaultLength"/> bytes. From a stranger: not safe to print.</summary>
    public ReadOnlyMemory<byte> Text { get; init; }
}

/// <summary>A question that cannot be answered, with the refusal that it deserves.</summary>
internal sealed record KrpcBadQuery : KrpcMessage
{
    public required int Code { get; init; }

    /// <summary>Why, in words of our own.</summary>
    public required string Reason { get; init; }
}
