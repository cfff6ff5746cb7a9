using Pieces.Net;

namespace Pieces.Dht;

/// <summary>Counters of a node at one moment.</summary>
internal sealed record DhtStats
{
    /// <summary>Number of nodes in the IPv4 routing table.</summary>
    public int NodesV4 { get; init; }

    /// <summary>Number of nodes in the IPv6 routing table.</summary>
    public int NodesV6 { get; init; }

    /// <summary>Whether the nodes closest to our id have been found, so that searches can succeed.</summary>
    public bool IsReady { get; init; }

    /// <summary>Number of stored peers that were announced to us.</summary>
    public int StoredPeers { get; init; }

    /// <summary>Number of running and queued lookups.</summary>
    public int RunningLookups { get; init; }

    /// <summary>Number of datagrams that passed the gate.</summary>
    public long Received { get; init; }

    /// <summary>Number of queries that we answered.</summary>
    public long Answered { get; init; }

    /// <summary>Our external address as reported by other nodes, with port 0; null until enough of them agree.</summary>
    public CompactEndPoint? External { get; init; }
}
