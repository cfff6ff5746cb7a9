using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>
/// The connected peers of one torrent: decides which may connect, and which of two connections with one peer is kept. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerPool
{
    /// <summary>
    /// Maximum number of connections per network (<see cref="BudgetKey"/>), except loopback and private networks, where many peers share an address.
    /// </summary>
    public const int MaxPerNetwork = 4;

    /// <summary>A peer that has exchanged less than one block with us for this time, in seconds, may be replaced by another.</summary>
    public const int IdleSeconds = 60;

    /// <summary>Replaces <see cref="IdleSeconds"/> if one side is interested and waits for an unchoke; in seconds.</summary>
    public const int WaitingSeconds = 120;

    /// <summary>
    /// Replaces <see cref="IdleSeconds"/> for one of several peers of one network; in seconds. The owner of a network can open any number of
    /// connections.
    /// </summary>
    public const int CrowdingSeconds = 15;

    /// <summary>Two connections with one peer opened within this time, in seconds, are assumed to be simultaneous attempts of both sides.</summary>
    public const int CrossingSeconds = 10;

    private const string Twin = "already connected";

    private static readonly TimeSpan BetweenComparisons = TimeSpan.FromSeconds(5);

    private readonly Dictionary<IPeerLink, PeerState> _byLink = [];
    private readonly List<PeerState> _peers = [];
    private readonly PeerBook _book;
    private readonly PeerId _ownId;
    private readonly int _maxPeers;
    private readonly TimeProvider _time;
    private long? _comparedAt;

    /// <summary>Creates an empty pool.</summary>
    /// <param name="book">Contains the bans.</param>
    /// <param name="ownId">Our own id, for the choice between two connections.</param>
    /// <param name="maxPeers">Maximum number of connections.</param>
    /// <param name="time">Clock.</param>
    public PeerPool(PeerBook book, PeerId ownId, int maxPeers, TimeProvider time)
    {
        _time = time;
        _book = book;
        _ownId = ownId;
        _maxPeers = maxPeers;
    }

    /// <summary>All peers whose handshake is complete.</summary>
    public IReadOnlyList<PeerState> Peers => _peers;

    // A quarter of the connections is reserved for outgoing ones, so that idle incoming peers cannot fill the pool.
    private int MaxInbound => _maxPeers - (_maxPeers / 4);

    /// <summary>Number of further connections that are allowed.</summary>
    public int Room => Math.Max(0, _maxPeers - _peers.Count);

    /// <summary>The state of a connection; false if it was refused or has disconnected.</summary>
    public bool TryGet(IPeerLink link, [NotNullWhen(true)] out PeerState? peer) => _byLink.TryGetValue(link, out peer);

    /// <summary>
    /// Decides whether a peer that has completed the handshake is accepted: null if so, else the reason. If two peers dialled each other at the same
    /// time, both sides must keep the same connection: the one that the peer with the smaller id opened.
    /// </summary>
    /// <remarks>
    /// Ids are not secret, so an id identifies a peer only together with its address: the same id from another address counts as another peer until
    /// it turns out which of the two is of use (<see cref="Redundant"/>).
    /// </remarks>
    /// <param name="peer">The new peer.</param>
    /// <param name="isClientFull">Whether the client exceeds its connection limit, this connection included.</param>
    /// <param name="replaced">A connection to close in its favour.</param>
    public string? Refuse(HandshakenPeer peer, bool isClientFull, out PeerState? replaced)
    {
        replaced = null;
        if (_book.IsBanned(peer.RemoteEndPoint, peer.RemoteId))
            return "banned";
        IPAddress address = peer.RemoteEndPoint.Address;
        BudgetKey network = BudgetKey.Of(address);
        int inbound = 0, sameNetwork = 0;
        foreach (PeerState known in _peers)
        {
            IPeerLink link = known.Link;
            sameNetwork += known.Network == network ? 1 : 0;
            inbound += link.IsOutbound ? 0 : 1;
            if (link.RemoteId == peer.RemoteId && link.RemoteEndPoint.Address.Equals(address) && known.Ending == PeerEnding.Unplanned)
                return RefuseTwin(peer, known, out replaced);
        }

        if (sameNetwork >= MaxPerNetwork && !network.IsShared)
        {
            // The new peer is probably not more useful than the connected peers of its network. But the program behind an idle connection may have
            // ended, so the new peer replaces the least useful of the idle ones.
            replaced = LeastUseful(!peer.IsOutbound, network);
            return replaced is null ? $"{sameNetwork} peers of {network} are connected" : null;
        }

        bool isFull = Room == 0 || isClientFull || (!peer.IsOutbound && inbound >= MaxInbound);
        if (!isFull)
            return null;

        // A new peer may be what we need; an idle one has had its chance.
        replaced = LeastUseful(!peer.IsOutbound, network);
        return replaced is null ? $"{_peers.Count} peers are connected" : null;
    }

    /// <summary>
    /// The peer that should be replaced: among idle peers, the one with the fewest bytes exchanged recently; one of several connections of one
    /// network comes first. Null if none is idle.
    /// </summary>
    /// <param name="isInbound">Whether only peers that dialled us are considered.</param>
    /// <param name="newcomer">Network of the new peer; if it already has connections, only these are considered. Null if there is no particular new
    /// peer.</param>
    public PeerState? LeastUseful(bool isInbound = false, BudgetKey? newcomer = null)
    {
        Look();
        var counts = new Dictionary<BudgetKey, int>();
        foreach (PeerState peer in _peers)
            CollectionsMarshal.GetValueRefOrAddDefault(counts, peer.Network, out _)++;
        BudgetKey? among = newcomer is { } network && !network.IsShared && counts.ContainsKey(network) ? network : null;
        PeerState? least = null;
        (bool, long, long) leastUse = default;
        foreach (PeerState peer in _peers)
        {
            bool crowds = !peer.Network.IsShared && counts[peer.Network] > 1;
            if ((isInbound && peer.Link.IsOutbound) || (among is not null && peer.Network != among) || !IsIdle(peer, crowds))
                continue;
            long total = peer.Provider.Downloaded.Total + peer.Uploaded.Total;
            (bool, long, long) use = (!crowds, peer.Exchange.BytesIn(RecentExchange.MostSeconds), total);
            if (least is null || use.CompareTo(leastUse) < 0)
                (least, leastUse) = (peer, use);
        }

        return least;
    }

    /// <summary>The peer with the fewest bytes exchanged recently, idle or not; null if there are no peers.</summary>
    public PeerState? Least()
    {
        Look();
        return _peers.Where(peer => peer.Ending == PeerEnding.Unplanned).MinBy(peer => peer.Exchange.BytesIn(RecentExchange.MostSeconds));
    }

    /// <summary>Records the bytes exchanged up to now.</summary>
    public void Look()
    {
        long now = _time.GetTimestamp();
        foreach (PeerState peer in _peers)
            peer.Exchange.Look(peer.Provider.Downloaded.Total + peer.Uploaded.Total, now);
    }

    /// <summary>
    /// Among peers with the same id at different addresses: one that has been idle for long, while another sends us data and is therefore the true
    /// owner of the id. Null if there is none.
    /// </summary>
    public PeerState? Redundant()
    {
        if (_comparedAt is { } last && _time.GetElapsedTime(last) < BetweenComparisons)
            return null;
        _comparedAt = _time.GetTimestamp();
        var owners = new Dictionary<PeerId, PeerState>();
        foreach (PeerState peer in _peers)
        {
            if (peer.Provider.VerifiedBytes > 0 && peer.Exchange.BytesIn(IdleSeconds) > 0)
                owners[peer.Link.RemoteId] = peer;
        }

        return _peers.Find(peer => peer.Ending == PeerEnding.Unplanned
            && _time.GetElapsedTime(peer.ConnectedAt).TotalSeconds >= IdleSeconds
            && peer.Exchange.BytesIn(IdleSeconds) == 0
            && owners.TryGetValue(peer.Link.RemoteId, out PeerState? owner) && owner != peer);
    }

    /// <summary>Adds a peer.</summary>
    public void Admit(PeerState peer)
    {
        _byLink.Add(peer.Link, peer);
        _peers.Add(peer);
    }

    /// <summary>Removes a peer; null if it is unknown.</summary>
    public PeerState? Remove(IPeerLink link)
    {
        if (!_byLink.Remove(link, out PeerState? peer))
            return null;
        _peers.Remove(peer);
        return peer;
    }

    private bool IsIdle(PeerState peer, bool crowds)
    {
        int patience = crowds ? CrowdingSeconds : peer.IsWaiting ? WaitingSeconds : IdleSeconds;
        return peer.Ending == PeerEnding.Unplanned
            && _time.GetElapsedTime(peer.ConnectedAt).TotalSeconds >= patience
            && peer.Exchange.BytesIn(patience) < BlockRequest.MaxLength;
    }

    // Same id and same address.
    private string? RefuseTwin(HandshakenPeer peer, PeerState known, out PeerState? replaced)
    {
        replaced = null;
        if (_time.GetElapsedTime(known.ConnectedAt).TotalSeconds >= CrossingSeconds)
        {
            // If the known connection is idle, it may be dead and must not keep the peer out.
            Look();
            replaced = known.Exchange.BytesIn(IdleSeconds) == 0 ? known : null;
        }
        else if (known.Link.IsOutbound != peer.IsOutbound && peer.IsOutbound == IsOwnIdSmaller(peer.RemoteId))
        {
            replaced = known;
        }

        return replaced is null ? Twin : null;
    }

    private bool IsOwnIdSmaller(PeerId other)
    {
        Span<byte> own = stackalloc byte[PeerId.Length];
        Span<byte> theirs = stackalloc byte[PeerId.Length];
        _ownId.CopyTo(own);
        other.CopyTo(theirs);
        return own.SequenceCompareTo(theirs) < 0;
    }
}
