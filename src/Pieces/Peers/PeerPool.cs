using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The connected peers of one torrent: who may come in, and which of two connections with one peer stays. Owned by the torrent's loop.</summary>
internal sealed class PeerPool
{
    /// <summary>Connections with one network (<see cref="BudgetKey"/>), but for those of this machine and of private networks, where many peers share
    /// an address.</summary>
    public const int MaxPerNetwork = 4;

    /// <summary>A peer with whom less than a block was exchanged for so long may have to make room, in seconds.</summary>
    public const int IdleSeconds = 60;

    /// <summary>The same for one where a side wants something of the other and waits for its turn.</summary>
    public const int WaitingSeconds = 120;

    /// <summary>The same for one of several of one network, whose owner can have as many as it likes.</summary>
    public const int CrowdingSeconds = 15;

    /// <summary>Two connections with one peer that were begun within so many seconds are taken for calls that crossed.</summary>
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

    /// <summary>Makes an empty pool.</summary>
    /// <param name="book">Knows who is banned.</param>
    /// <param name="ownId">Our own id, for the choice between two connections.</param>
    /// <param name="maxPeers">Most connections at one time.</param>
    /// <param name="time">Tells how long a peer has been connected.</param>
    public PeerPool(PeerBook book, PeerId ownId, int maxPeers, TimeProvider time)
    {
        _time = time;
        _book = book;
        _ownId = ownId;
        _maxPeers = maxPeers;
    }

    /// <summary>Everybody with whom the handshake is done.</summary>
    public IReadOnlyList<PeerState> Peers => _peers;

    // The rest is for peers of our own choice: strangers who dial us and do nothing must not fill the pool.
    private int MaxInbound => _maxPeers - (_maxPeers / 4);

    /// <summary>Places that are free.</summary>
    public int Room => Math.Max(0, _maxPeers - _peers.Count);

    /// <summary>The state that belongs to a connection; false when it was refused or has left.</summary>
    public bool TryGet(IPeerLink link, [NotNullWhen(true)] out PeerState? peer) => _byLink.TryGetValue(link, out peer);

    /// <summary>
    /// Says whether a peer that has just shaken hands may come in: null, or why not. Where two peers dialled each other at the same moment, both
    /// sides must keep the same one of the two connections: the one that the peer with the smaller id began.
    /// </summary>
    /// <remarks>
    /// Ids are no secret, so an id counts only at its own address: whoever repeats one from elsewhere is another peer until it shows which of the two
    /// is of use (<see cref="Redundant"/>).
    /// </remarks>
    /// <param name="peer">Who came.</param>
    /// <param name="isClientFull">Whether the client has more connections than it may, this one among them.</param>
    /// <param name="replaced">A connection that is to be closed in its favour.</param>
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
            // The one that came last is no better than the others; but they may have been left behind by a program that has gone.
            replaced = LeastUseful(!peer.IsOutbound, network);
            return replaced is null ? $"{sameNetwork} peers of {network} are connected" : null;
        }

        bool isFull = Room == 0 || isClientFull || (!peer.IsOutbound && inbound >= MaxInbound);
        if (!isFull)
            return null;

        // A newcomer may be what we need; with whom nothing was exchanged for long has had its chance.
        replaced = LeastUseful(!peer.IsOutbound, network);
        return replaced is null ? $"{_peers.Count} peers are connected" : null;
    }

    /// <summary>
    /// The peer that should make room for another: of those with whom hardly anything was exchanged of late, the one with the least; of several
    /// connections of one network one of these first. Null when all are of use.
    /// </summary>
    /// <param name="isInbound">Whether it must be one that dialled us.</param>
    /// <param name="newcomer">For whom; where it has connections already, one of those makes room. Null when any peer is to gain.</param>
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

    /// <summary>The peer with whom the least was exchanged of late, however much that was; null when there is none.</summary>
    public PeerState? Least()
    {
        Look();
        return _peers.Where(peer => peer.Ending == PeerEnding.Unplanned).MinBy(peer => peer.Exchange.BytesIn(RecentExchange.MostSeconds));
    }

    /// <summary>Notes what was exchanged up to now.</summary>
    public void Look()
    {
        long now = _time.GetTimestamp();
        foreach (PeerState peer in _peers)
            peer.Exchange.Look(peer.Provider.Downloaded.Total + peer.Uploaded.Total, now);
    }

    /// <summary>
    /// Of peers that give one id and come from different addresses: one that has exchanged nothing for long, while another sends us data and so shows
    /// itself to be the owner of the id. Null when there is none.
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

    /// <summary>Takes a peer in.</summary>
    public void Admit(PeerState peer)
    {
        _byLink.Add(peer.Link, peer);
        _peers.Add(peer);
    }

    /// <summary>Lets a peer go; null when it was not in.</summary>
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

    // The same id from the same address.
    private string? RefuseTwin(HandshakenPeer peer, PeerState known, out PeerState? replaced)
    {
        replaced = null;
        if (_time.GetElapsedTime(known.ConnectedAt).TotalSeconds >= CrossingSeconds)
        {
            // One that has gone to sleep, or never did anything, is no reason to keep its owner out.
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
