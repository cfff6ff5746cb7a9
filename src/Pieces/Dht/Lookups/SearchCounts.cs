using Pieces.Dht.Messages;

namespace Pieces.Dht.Lookups;

/// <summary>Combines the swarm sizes that nodes report (BEP 33).</summary>
internal sealed class SearchCounts
{
    private readonly ScrapeFilter _seeds = new();
    private readonly ScrapeFilter _peers = new();
    private bool _isTold;

    /// <summary>Estimated number of seeds; null if no node reported any.</summary>
    public double? Seeds => _isTold ? _seeds.Estimate : null;

    /// <summary>Estimated number of leechers; null if no node reported any.</summary>
    public double? Leechers => _isTold ? _peers.Estimate : null;

    /// <summary>Adds the report of one node.</summary>
    public void Add(KrpcReply reply)
    {
        if (reply.SeedFilter.IsEmpty && reply.PeerFilter.IsEmpty)
            return;
        _isTold = true;
        _seeds.Join(reply.SeedFilter.Span);
        _peers.Join(reply.PeerFilter.Span);
    }
}
