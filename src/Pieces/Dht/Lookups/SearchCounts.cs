using Pieces.Dht.Messages;

namespace Pieces.Dht.Lookups;

/// <summary>Joins what nodes tell of the size of a swarm (BEP 33).</summary>
internal sealed class SearchCounts
{
    private readonly ScrapeFilter _seeds = new();
    private readonly ScrapeFilter _peers = new();
    private bool _isTold;

    /// <summary>Seeds, estimated; null when no node told.</summary>
    public double? Seeds => _isTold ? _seeds.Estimate : null;

    /// <summary>Other peers, estimated; null when no node told.</summary>
    public double? Leechers => _isTold ? _peers.Estimate : null;

    /// <summary>Takes a node's word.</summary>
    public void Add(KrpcReply reply)
    {
        if (reply.SeedFilter.IsEmpty && reply.PeerFilter.IsEmpty)
            return;
        _isTold = true;
        _seeds.Join(reply.SeedFilter.Span);
        _peers.Join(reply.PeerFilter.Span);
    }
}
