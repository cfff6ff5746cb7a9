using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Lookups;

/// <summary>What is searched for, and what is done when it is found.</summary>
internal sealed record DhtSearch
{
    /// <summary>The point.</summary>
    public required NodeId Target { get; init; }

    /// <summary>Ask for peers and tokens; else only for nodes.</summary>
    public bool WantsPeers { get; init; }

    /// <summary>Our port as a peer of the swarm, to be remembered at the nodes that are found; null to announce nothing.</summary>
    public int? AnnouncedPort { get; init; }

    /// <summary>
    /// Let the nodes take the port that our datagrams come from instead, which is right behind a NAT when peers are accepted there too.
    /// </summary>
    public bool IsPortImplied { get; init; }

    /// <summary>We have everything (BEP 33).</summary>
    public bool IsSeed { get; init; }

    /// <summary>Ask for the numbers of the swarm too (BEP 33).</summary>
    public bool WantsCounts { get; init; }
}

/// <summary>How a search in one network went.</summary>
internal sealed record DhtSearchResult
{
    /// <summary>Questions asked, announces included.</summary>
    public int Queries { get; init; }

    /// <summary>Nodes that answered.</summary>
    public int Answers { get; init; }

    /// <summary>Peers that were named, each counted once.</summary>
    public int Peers { get; init; }

    /// <summary>Nodes that remember us as a peer now.</summary>
    public int Keepers { get; init; }

    /// <summary>Questions on the way to the first node that named a peer; 0 when none did.</summary>
    public int Hops { get; init; }

    /// <summary>Time until the first peer was named; null when none was.</summary>
    public TimeSpan? FirstPeerAfter { get; init; }

    /// <summary>Time until the end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Seeds that nodes told of, estimated; null when not asked for or not told.</summary>
    public double? Seeds { get; init; }

    /// <summary>Other peers that nodes told of, estimated; null when not asked for or not told.</summary>
    public double? Leechers { get; init; }

    /// <summary>Two networks together.</summary>
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

/// <summary>Hears of a search; called by the loop of the node, must not block or throw.</summary>
internal interface IDhtSearchSink
{
    /// <summary>A node named peers that no other one named before. They are a stranger's word: nobody has asked them.</summary>
    void OnPeers(IReadOnlyList<CompactEndPoint> peers);

    /// <summary>The search is over; the last call.</summary>
    void OnDone(DhtSearchResult result);

    /// <summary>Whether it is still wanted: once it is not, nobody more is asked, and nobody is told of us.</summary>
    bool IsWanted => true;
}
