using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Announced peers, kept for 30 minutes, each address at most once per swarm. When the store is full, the oldest entry of the largest swarm is
/// evicted. One address can hold only a limited number of entries, so that it cannot evict all others. Reads no clock.
/// </summary>
internal sealed class PeerStore
{
    /// <summary>How long a peer is kept after its last announce.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>Maximum number of stored peers per swarm, both address families together.</summary>
    public const int MaxOfSwarm = 200;

    /// <summary>Maximum number of swarms with stored peers.</summary>
    public const int MaxSwarms = 1000;

    /// <summary>Maximum number of stored peers over all swarms.</summary>
    public const int MaxPeers = 5000;

    /// <summary>Maximum number of swarms in which one address may be stored.</summary>
    public const int MaxOfHost = 50;

    private readonly Dictionary<NodeId, Swarm> _swarms = [];
    private readonly Dictionary<CompactEndPoint, int> _perHost = [];
    private readonly Random _random;

    /// <summary>Creates an empty store.</summary>
    public PeerStore(Random random) => _random = random;

    /// <summary>Number of stored peers over all swarms.</summary>
    public int Count { get; private set; }

    /// <summary>Number of swarms.</summary>
    public int SwarmCount => _swarms.Count;

    /// <summary>Stores a peer, or renews its entry.</summary>
    /// <returns>False if the address has too many entries.</returns>
    public bool Add(NodeId infoHash, CompactEndPoint peer, bool isSeed, TimeSpan now)
    {
        CompactEndPoint host = AddressFacts.HostOf(peer);
        if (_swarms.TryGetValue(infoHash, out Swarm? swarm) && swarm.Remove(host))
            Forget(peer);
        CompactEndPoint budget = AddressFacts.BudgetOf(peer);
        if (_perHost.GetValueOrDefault(budget) >= MaxOfHost)
            return false;
        if (swarm is null)
        {
            if (_swarms.Count >= MaxSwarms)
                DropSwarmHeardOfLongestAgo();
            swarm = new Swarm();
            _swarms.Add(infoHash, swarm);
        }

        if (swarm.Peers.Count >= MaxOfSwarm)
            ForgetOldest(swarm);
        else if (Count >= MaxPeers)
            ForgetOldest(Largest());
        swarm.Peers.Add(new StoredPeer(peer, host, isSeed, now));
        _perHost[budget] = _perHost.GetValueOrDefault(budget) + 1;
        Count++;
        return true;
    }

    /// <summary>Returns random peers of a swarm and address family.</summary>
    /// <param name="infoHash">The swarm.</param>
    /// <param name="count">Maximum number of peers.</param>
    /// <param name="isV6">Whether IPv6 peers are wanted, else IPv4.</param>
    /// <param name="noSeeds">Whether only leechers are wanted.</param>
    /// <param name="now">The current time.</param>
    public List<CompactEndPoint> Pick(NodeId infoHash, int count, bool isV6, bool noSeeds, TimeSpan now)
    {
        var picked = new List<CompactEndPoint>();
        if (!_swarms.TryGetValue(infoHash, out Swarm? swarm))
            return picked;
        int start = swarm.Peers.Count == 0 ? 0 : _random.Next(swarm.Peers.Count);
        for (int i = 0; i < swarm.Peers.Count && picked.Count < count; i++)
        {
            StoredPeer peer = swarm.Peers[(start + i) % swarm.Peers.Count];
            if (peer.EndPoint.IsV6 == isV6 && !(noSeeds && peer.IsSeed) && now - peer.SeenAt < Lifetime)
                picked.Add(peer.EndPoint);
        }

        return picked;
    }

    /// <summary>Filters with the addresses of the seeds and of the leechers of a swarm (BEP 33); null if the swarm is unknown.</summary>
    public (ScrapeFilter Seeds, ScrapeFilter Peers)? CountsOf(NodeId infoHash)
    {
        if (!_swarms.TryGetValue(infoHash, out Swarm? swarm))
            return null;
        (ScrapeFilter seeds, ScrapeFilter peers) = (new ScrapeFilter(), new ScrapeFilter());
        foreach (StoredPeer peer in swarm.Peers)
            (peer.IsSeed ? seeds : peers).Add(peer.EndPoint);
        return (seeds, peers);
    }

    /// <summary>Removes peers that have not announced for <see cref="Lifetime"/>.</summary>
    public void Expire(TimeSpan now)
    {
        foreach ((NodeId infoHash, Swarm swarm) in _swarms.ToArray())
        {
            while (swarm.Peers.Count > 0 && now - swarm.Peers[0].SeenAt >= Lifetime)
                ForgetOldest(swarm);
            if (swarm.Peers.Count == 0)
                _swarms.Remove(infoHash);
        }
    }

    private void ForgetOldest(Swarm swarm)
    {
        CompactEndPoint peer = swarm.Peers[0].EndPoint;
        swarm.Peers.RemoveAt(0);
        Forget(peer);
    }

    private void Forget(CompactEndPoint peer)
    {
        CompactEndPoint budget = AddressFacts.BudgetOf(peer);
        Count--;
        if (_perHost[budget] == 1)
            _perHost.Remove(budget);
        else
            _perHost[budget]--;
    }

    private Swarm Largest() => _swarms.Values.MaxBy(swarm => swarm.Peers.Count)!;

    private void DropSwarmHeardOfLongestAgo()
    {
        NodeId stale = _swarms.MinBy(pair => pair.Value.Peers.Count == 0 ? TimeSpan.Zero : pair.Value.Peers[^1].SeenAt).Key;
        Swarm swarm = _swarms[stale];
        while (swarm.Peers.Count > 0)
            ForgetOldest(swarm);
        _swarms.Remove(stale);
    }

    private readonly record struct StoredPeer(CompactEndPoint EndPoint, CompactEndPoint Host, bool IsSeed, TimeSpan SeenAt);

    /// <summary>The peers of one swarm, the oldest announce first.</summary>
    private sealed class Swarm
    {
        public List<StoredPeer> Peers { get; } = [];

        public bool Remove(CompactEndPoint host)
        {
            int place = Peers.FindIndex(peer => peer.Host == host);
            if (place >= 0)
                Peers.RemoveAt(place);
            return place >= 0;
        }
    }
}
