using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers.Server;

/// <summary>
/// The peers of all swarms of a tracker. A peer that has not announced for twice the interval is removed, a swarm with its last peer. When the table
/// is full, a new peer evicts the oldest peer of the host that has the most. The number of peers per host is limited, because a host can use any
/// number of ports. Safe for all threads.
/// </summary>
internal sealed class AnnounceTable
{
    private readonly Lock _gate = new();
    private readonly AnnounceTableOptions _options;
    private readonly Dictionary<SwarmKey, Swarm> _swarms = [];

    // All peers of all swarms, the oldest announce first, so that expired peers are found without a search.
    private readonly LinkedList<Peer> _byAge = [];
    private readonly HostShares<Peer> _hosts = new();

    /// <summary>Creates an empty table.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AnnounceTable(AnnounceTableOptions? options = null)
    {
        _options = options ?? new AnnounceTableOptions();
        _options.Validate();
    }

    /// <summary>Interval between announces that is returned to peers.</summary>
    public TimeSpan Interval => _options.Interval;

    /// <summary>Processes an announce.</summary>
    /// <param name="infoHash">The swarm.</param>
    /// <param name="peer">The announcing peer; with port 0 it receives other peers but is not stored.</param>
    /// <param name="announceEvent">The event.</param>
    /// <param name="left">Number of bytes it lacks.</param>
    /// <param name="wanted">Number of peers it wants, per address family.</param>
    /// <returns>Null if the table is full.</returns>
    public AnnounceTableAnswer? Announce(SwarmKey infoHash, TrackedPeer peer, AnnounceEvent announceEvent, long left, int wanted)
    {
        ArgumentNullException.ThrowIfNull(peer.Address);
        IPEndPoint address = Plain(peer.Address);
        AnnounceTableAnswer? answer = Take(infoHash, peer with { Address = address }, announceEvent, left, wanted);
        if (answer is not null && announceEvent == AnnounceEvent.Completed && left == 0)
            _options.Completed?.Invoke(infoHash, peer with { Address = address });
        return answer;
    }

    /// <summary>Adds a seed of a torrent that is returned to all peers for the lifetime of the table without announcing.</summary>
    public void Keep(Metainfo torrent, TrackedPeer peer) => Keep(torrent.Swarms[0], peer);

    /// <summary>Adds a seed that is returned to all peers for the lifetime of the table without announcing.</summary>
    /// <param name="infoHash">The swarm.</param>
    /// <param name="peer">The peer.</param>
    public void Keep(SwarmKey infoHash, TrackedPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer.Address);
        IPEndPoint address = Plain(peer.Address);
        lock (_gate)
        {
            Remove(infoHash, address);
            if (!_swarms.TryGetValue(infoHash, out Swarm? swarm))
                _swarms.Add(infoHash, swarm = new Swarm(infoHash));
            if (swarm.Peers.ContainsKey(address))
                return;
            swarm.Add(new Peer(swarm, address) { Id = peer.Id, IsSeed = true, IsKept = true });
            swarm.Seeders++;
        }
    }

    /// <summary>The counts of a swarm, or null if it has no peers.</summary>
    public SwarmCounts? Scrape(SwarmKey infoHash)
    {
        lock (_gate)
        {
            ForgetTheSilent();
            return _swarms.TryGetValue(infoHash, out Swarm? swarm) ? swarm.Counts : null;
        }
    }

    private AnnounceTableAnswer? Take(SwarmKey infoHash, TrackedPeer peer, AnnounceEvent announceEvent, long left, int wanted)
    {
        IPEndPoint address = peer.Address;
        lock (_gate)
        {
            ForgetTheSilent();
            if (announceEvent == AnnounceEvent.Stopped)
                Remove(infoHash, address);
            else if (address.Port != 0 && !Remember(infoHash, peer, announceEvent, left))
                return null;
            if (!_swarms.TryGetValue(infoHash, out Swarm? swarm))
                return new AnnounceTableAnswer(default, [], []);
            int count = announceEvent == AnnounceEvent.Stopped ? 0 : Math.Clamp(wanted, 0, _options.MaxPeersPerAnswer);
            return new AnnounceTableAnswer(
                swarm.Counts, swarm.V4.Pick(count, address, _options.Random), swarm.V6.Pick(count, address, _options.Random));
        }
    }

    private static IPEndPoint Plain(IPEndPoint address) =>
        address.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(address.Address.MapToIPv4(), address.Port) : address;

    private bool Remember(SwarmKey infoHash, TrackedPeer tracked, AnnounceEvent announceEvent, long left)
    {
        if (!_swarms.TryGetValue(infoHash, out Swarm? swarm))
        {
            if (!MakeRoom(BudgetKey.Of(tracked.Address.Address), isNewSwarm: true))
                return false;
            swarm = new Swarm(infoHash);
            _swarms.Add(infoHash, swarm);
        }

        if (swarm.Peers.TryGetValue(tracked.Address, out Peer? peer))
        {
            // The entry is permanent: announces from the network in its name do not change it.
            if (peer.IsKept)
                return true;
            Leave(peer);
        }
        else
        {
            if (!MakeRoom(BudgetKey.Of(tracked.Address.Address), isNewSwarm: false))
                return false;

            // The swarm may just have been removed with its last peer.
            _swarms[infoHash] = swarm;
            peer = new Peer(swarm, tracked.Address);
            swarm.Add(peer);
        }

        _byAge.AddLast(peer.Age);
        _hosts.Add(peer.Host, peer.AgeOfHost);
        swarm.Completed += announceEvent == AnnounceEvent.Completed && !peer.IsSeed ? 1 : 0;
        swarm.Seeders += (left == 0 ? 1 : 0) - (peer.IsSeed ? 1 : 0);
        peer.IsSeed = left == 0;
        peer.Id = tracked.Id;
        peer.SeenAt = _options.TimeProvider.GetTimestamp();
        return true;
    }

    private void Remove(SwarmKey infoHash, IPEndPoint address)
    {
        if (_swarms.TryGetValue(infoHash, out Swarm? swarm) && swarm.Peers.TryGetValue(address, out Peer? peer) && !peer.IsKept)
            Remove(peer);
    }

    // False if no room can be made: no host has more peers than the new peer's own host would have.
    private bool MakeRoom(BudgetKey host, bool isNewSwarm)
    {
        int own = _hosts.CountOf(host);
        if (own >= _options.MaxPeersPerHost)
            return false;
        while (_byAge.Count >= _options.MaxPeers || (isNewSwarm && _swarms.Count >= _options.MaxSwarms))
        {
            if (!_hosts.TryGetOldestOfLargest(own + 1, out Peer? oldest))
                return false;
            Remove(oldest);
        }

        return true;
    }

    private void Leave(Peer peer)
    {
        _byAge.Remove(peer.Age);
        _hosts.Remove(peer.Host, peer.AgeOfHost);
    }

    private void Remove(Peer peer)
    {
        Leave(peer);
        peer.Swarm.Remove(peer);
        if (peer.Swarm.Peers.Count == 0)
            _swarms.Remove(peer.Swarm.InfoHash);
    }

    private void ForgetTheSilent()
    {
        while (_byAge.First is { } oldest && _options.TimeProvider.GetElapsedTime(oldest.Value.SeenAt) > 2 * _options.Interval)
            Remove(oldest.Value);
    }

    private sealed class Peer
    {
        public Peer(Swarm swarm, IPEndPoint address)
        {
            Swarm = swarm;
            Address = address;
            Host = BudgetKey.Of(address.Address);
            Age = new LinkedListNode<Peer>(this);
            AgeOfHost = new LinkedListNode<Peer>(this);
        }

        public Swarm Swarm { get; }

        public IPEndPoint Address { get; }

        public BudgetKey Host { get; }

        public LinkedListNode<Peer> Age { get; }

        /// <summary>Its entry in the list of its host.</summary>
        public LinkedListNode<Peer> AgeOfHost { get; }

        public PeerId Id { get; set; }

        public bool IsSeed { get; set; }

        /// <summary>Whether it stays without announcing; then it is in neither list by age.</summary>
        public bool IsKept { get; init; }

        public long SeenAt { get; set; }

        /// <summary>Its index in its <see cref="Crowd"/>.</summary>
        public int Position { get; set; }
    }

    private sealed class Swarm
    {
        public Swarm(SwarmKey infoHash) => InfoHash = infoHash;

        public SwarmKey InfoHash { get; }

        public Dictionary<IPEndPoint, Peer> Peers { get; } = [];

        public Crowd V4 { get; } = new();

        public Crowd V6 { get; } = new();

        public int Seeders { get; set; }

        public int Completed { get; set; }

        public SwarmCounts Counts => new(Seeders, Completed, Peers.Count - Seeders);

        public void Add(Peer peer)
        {
            Peers.Add(peer.Address, peer);
            CrowdOf(peer).Add(peer);
        }

        public void Remove(Peer peer)
        {
            Peers.Remove(peer.Address);
            CrowdOf(peer).Remove(peer);
            Seeders -= peer.IsSeed ? 1 : 0;
        }

        private Crowd CrowdOf(Peer peer) => peer.Address.AddressFamily == AddressFamily.InterNetworkV6 ? V6 : V4;
    }

    /// <summary>Unordered peers of one address family. Random ones are picked in time proportional to their number.</summary>
    private sealed class Crowd
    {
        private readonly List<Peer> _peers = [];

        public void Add(Peer peer)
        {
            peer.Position = _peers.Count;
            _peers.Add(peer);
        }

        public void Remove(Peer peer)
        {
            Swap(peer.Position, _peers.Count - 1);
            _peers.RemoveAt(_peers.Count - 1);
        }

        public ImmutableArray<TrackedPeer> Pick(int count, IPEndPoint except, Random random)
        {
            var picked = ImmutableArray.CreateBuilder<TrackedPeer>(Math.Min(count, _peers.Count));
            for (int i = 0; i < _peers.Count && picked.Count < count; i++)
            {
                Swap(i, random.Next(i, _peers.Count));
                if (!_peers[i].Address.Equals(except))
                    picked.Add(new TrackedPeer(_peers[i].Id, _peers[i].Address));
            }

            return picked.DrainToImmutable();
        }

        private void Swap(int left, int right)
        {
            (_peers[left], _peers[right]) = (_peers[right], _peers[left]);
            _peers[left].Position = left;
            _peers[right].Position = right;
        }
    }
}
