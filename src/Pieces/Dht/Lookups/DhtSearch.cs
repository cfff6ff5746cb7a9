using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>The target of a search, and what to do at the nodes that are found.</summary>
internal sealed record DhtSearch
{
    /// <summary>The id whose closest nodes are searched for.</summary>
    public required NodeId Target { get; init; }

    /// <summary>Send <c>get_peers</c>, which returns peers and tokens; otherwise <c>find_node</c>.</summary>
    public bool WantsPeers { get; init; }

    /// <summary>Port on which we accept peers of the swarm, announced to the closest nodes; null to announce nothing.</summary>
    public int? AnnouncedPort { get; init; }

    /// <summary>
    /// Let the nodes use the source port of our datagrams instead (<c>implied_port</c>). This is right behind a NAT if peers are accepted on that
    /// port too.
    /// </summary>
    public bool IsPortImplied { get; init; }

    /// <summary>Whether we have all pieces (BEP 33).</summary>
    public bool IsSeed { get; init; }

    /// <summary>Request the number of seeds and leechers too (BEP 33).</summary>
    public bool WantsCounts { get; init; }
}

/// <summary>Statistics of a search in one network.</summary>
internal sealed record DhtSearchResult
{
    /// <summary>Number of queries sent, announces included.</summary>
    public int Queries { get; init; }

    /// <summary>Number of nodes that replied.</summary>
    public int Answers { get; init; }

    /// <summary>Number of distinct peers that nodes returned.</summary>
    public int Peers { get; init; }

    /// <summary>Number of nodes that now store us as a peer.</summary>
    public int Keepers { get; init; }

    /// <summary>Number of queries on the path to the first node that returned a peer; 0 if none did.</summary>
    public int Hops { get; init; }

    /// <summary>Time until the first peer was returned; null if none was.</summary>
    public TimeSpan? FirstPeerAfter { get; init; }

    /// <summary>Duration of the search.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Estimated number of seeds in the swarm; null if not requested or not returned.</summary>
    public double? Seeds { get; init; }

    /// <summary>Estimated number of leechers in the swarm; null if not requested or not returned.</summary>
    public double? Leechers { get; init; }

    /// <summary>Combines the results of two networks.</summary>
    public DhtSearchResult Join(DhtSearchResult other) => new()
    {
        Queries = Queries + other.Queries,
        Answers = Answers + other.Answers,
        Peers = Peers + other.Peers,
        Keepers = Keepers + other.Keepers,
        Hops = Hops == 0 ? other.Hops : other.Hops == 0 ? Hops : Math.Min(Hops, other.Hops),
        FirstPeerAfter = FirstPeerAfter is { } own && (other.FirstPeerAfter is not { } their || own < their) ? own : other.FirstPeerAfter,
        Duration = Duration > other.Duration ? Duration : other.Duration,
        Seeds = Seeds is null ? other.Seeds : Seeds + (other.Seeds ?? 0),
        Leechers = Leechers is null ? other.Leechers : Leechers + (other.Leechers ?? 0),
    };
}

/// <summary>Receives the results of a search. Called on the node's loop, so it must not block or throw.</summary>
internal interface IDhtSearchSink
{
    /// <summary>A node returned peers that no node had returned before. They are untrusted and unchecked.</summary>
    void OnPeers(IReadOnlyList<CompactEndPoint> peers);

    /// <summary>The search has ended. This is the last call.</summary>
    void OnDone(DhtSearchResult result);

    /// <summary>Whether the caller still wants the search. If not, no further queries or announces are sent.</summary>
    bool IsWanted => true;
}
