using Pieces.Net;

namespace Pieces.Dht;

/// <summary>The numbers of a node at one moment.</summary>
internal sealed record DhtStats
{
    /// <summary>Nodes in the table of IPv4.</summary>
    public int NodesV4 { get; init; }

    /// <summary>Nodes in the table of IPv6.</summary>
    public int NodesV6 { get; init; }

    /// <summary>Whether our neighbours have been found, so that a search has a chance.</summary>
    public bool IsReady { get; init; }

    /// <summary>Peers that others announced to us.</summary>
    public int StoredPeers { get; init; }

    /// <summary>Lookups that run or wait in line.</summary>
    public int RunningLookups { get; init; }

    /// <summary>Datagrams that came past the gate.</summary>
    public long Received { get; init; }

    /// <summary>Questions that were answered.</summary>
    public long Answered { get; init; }

    /// <summary>Our address as others see it, with port 0; null before enough of them agree.</summary>
    public CompactEndPoint? External { get; init; }
}
