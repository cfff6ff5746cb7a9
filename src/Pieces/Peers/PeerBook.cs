using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The source of a peer's address. If there are several, the first one in this list is kept.</summary>
public enum PeerOrigin
{
    /// <summary>The user named it.</summary>
    Manual,

    /// <summary>A magnet link named it.</summary>
    Link,

    /// <summary>A tracker returned it.</summary>
    Tracker,

    /// <summary>The peer connected to us. Its address is known once it has sent its listen port (BEP 10, <c>p</c>).</summary>
    Inbound,

    /// <summary>DHT nodes returned it (BEP 5).</summary>
    Dht,

    /// <summary>The peer announced itself in the local network (BEP 14).</summary>
    Local,

    /// <summary>Another peer sent it (BEP 11).</summary>
    Exchange,
}

/// <summary>
/// All addresses known for one torrent, with their source and back-off. Times are timestamps of the <see cref="TimeProvider"/>. Its size is limited
/// in total and per source (<see cref="PeerLanes"/>): at <see cref="Capacity"/> a new address evicts the one with the most failures or one of the
/// largest source, or is dropped.
/// </summary>
internal sealed class PeerBook
{
    /// <summary>Maximum number of known addresses per torrent.</summary>
    public const int Capacity = 2000;

    /// <summary>Maximum number of ports per public host, and per host found by local discovery.</summary>
    public const int MaxPortsOfHost = 8, MaxLocalPorts = 2;

    private const int FirstCommonPort = 1024;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OffenceRetry = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan UselessRetry = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RedundantRetry = TimeSpan.FromSeconds(15);

    // Limits the back-off after failures of our own network: after a long time offline, a single ordinary failure must not count as the twentieth.
    private const int MostFailuresOfOurs = 5;

    private readonly Dictionary<IPEndPoint, Entry> _entries = [];
    private readonly PeerLanes _lanes = new();
    private readonly PeerBans _bans;
    private readonly HashSet<IPEndPoint> _ourselves = [];
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly AddressPolicy _addresses;
    private bool _isPrivate;

    /// <summary>Creates an empty book.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="random">Breaks ties and randomizes retry times.</param>
    /// <param name="addresses">Decides which addresses may be dialled.</param>
    public PeerBook(TimeProvider time, Random random, AddressPolicy addresses)
    {
        _addresses = addresses;
        _time = time;
        _random = random;
        _bans = new PeerBans(time);
    }

    /// <summary>Number of known addresses, connected or not.</summary>
    public int Count => _entries.Count;

    /// <summary>Number of bans since the program started.</summary>
    public int Banned => _bans.Count;

    /// <summary>Adds an address; false if it must not be dialled, is banned or already known, or there is no room.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="origin">Its source.</param>
    /// <param name="teller">Distinguishes sources of one kind: for a tracker its URL.</param>
    public bool Add(IPEndPoint endPoint, PeerOrigin origin, string teller = "")
    {
        endPoint = SocketText.Unmapped(endPoint);
        if (!_addresses.MayDial(endPoint) || IsBanned(endPoint) || (_isPrivate && IsHearsay(origin)))
            return false;
        var lane = new PeerLane(origin, teller);
        if (_entries.TryGetValue(endPoint, out Entry? known))
        {
            // An inbound peer claimed this address, and a second source names it too. Another peer may listen there, so it may be dialled now.
            if (known.IsClaimed && origin != PeerOrigin.Inbound)
                (known.IsClaimed, known.IsBusy) = (false, false);
            if (origin < known.Origin)
                Move(endPoint, known, lane);

            // A tracker returned it again: it has announced, so it is alive, and old failures need not delay it for long. DHT nodes and peers, in
            // contrast, repeat old addresses.
            if (origin is not PeerOrigin.Dht and not PeerOrigin.Exchange)
                known.Failures = Math.Min(known.Failures, 2);
            return false;
        }

        var network = BudgetKey.Of(endPoint.Address);
        if (!_lanes.HasRoom(lane) || _lanes.PortsOf(network) >= MaxPortsAt(network, origin))
            return false;
        if (_entries.Count >= Capacity && !TryDisplace(lane))
            return false;
        _entries.Add(endPoint, new Entry { Lane = lane, Rank = RankOf(endPoint, origin), DueAt = _time.GetTimestamp() });
        _lanes.Added(lane, network);
        return true;
    }

    /// <summary>The source of an address; null if it is unknown or was removed.</summary>
    public PeerOrigin? OriginOf(IPEndPoint endPoint) => _entries.TryGetValue(endPoint, out Entry? entry) ? entry.Origin : null;

    /// <summary>
    /// The torrent has turned out to be private (BEP 27): removes all addresses except those from the user, the magnet link and trackers, and rejects
    /// addresses from the DHT, the local network and other peers from now on.
    /// </summary>
    public void BecomePrivate()
    {
        _isPrivate = true;
        foreach (IPEndPoint stranger in _entries.Where(pair => pair.Value.Origin > PeerOrigin.Tracker).Select(pair => pair.Key).ToArray())
            Remove(stranger);
    }

    /// <summary>Whether at least one address may be dialled now.</summary>
    public bool HasDue
    {
        get
        {
            long now = _time.GetTimestamp();
            foreach (Entry entry in _entries.Values)
            {
                if (!entry.IsBusy && entry.DueAt <= now)
                    return true;
            }

            return false;
        }
    }

    /// <summary>
    /// Returns the address to dial next, or null if none is due. It counts as busy until one of the methods below reports the outcome. Sources take
    /// turns, so that a source with many addresses does not delay the others. Within one source, addresses with the fewest failures come first; ties
    /// are broken randomly.
    /// </summary>
    public IPEndPoint? TakeNext()
    {
        long now = _time.GetTimestamp();
        foreach ((IPEndPoint endPoint, Entry entry) in _entries)
        {
            if (!entry.IsBusy && entry.DueAt <= now)
                _lanes.Offer(entry.Lane, endPoint, (entry.Failures * 4) + entry.Rank);
        }

        if (_lanes.Take(_random) is not { } chosen)
            return null;
        _entries[chosen].IsBusy = true;
        return chosen;
    }

    /// <summary>
    /// An inbound peer has sent its listen port. While it is connected, the address is not dialled unless another source names it too.
    /// </summary>
    public void Claimed(IPEndPoint endPoint)
    {
        if (Add(endPoint, PeerOrigin.Inbound) && _entries.TryGetValue(SocketText.Unmapped(endPoint), out Entry? entry))
            entry.IsClaimed = entry.IsBusy = true;
    }

    /// <summary>Whether the only source of an address is an inbound peer's own claim.</summary>
    public bool IsClaimed(IPEndPoint? endPoint) => endPoint is not null && _entries.TryGetValue(endPoint, out Entry? entry) && entry.IsClaimed;

    /// <summary>The address is connected, inbound or outbound; it is not returned again until the connection is closed.</summary>
    public void Connected(IPEndPoint endPoint)
    {
        if (_entries.TryGetValue(endPoint, out Entry? entry))
            (entry.IsBusy, entry.IsClaimed) = (true, false);
    }

    /// <summary>Whether to dial the address with an encrypted handshake (MSE) next time if the policy permits both; false if nothing is
    /// known.</summary>
    public bool WantsEncryption(IPEndPoint endPoint) => _entries.TryGetValue(endPoint, out Entry? entry) && entry.WantsEncryption;

    /// <summary>Records which kind of handshake to use next time: the kind that the peer accepted, or the other one if it did not respond.</summary>
    public void NoteHandshakeMode(IPEndPoint endPoint, bool wantsEncryption)
    {
        if (_entries.TryGetValue(endPoint, out Entry? entry))
            entry.WantsEncryption = wantsEncryption;
    }

    /// <summary>The connection attempt failed, or the connection ended before it was of any use.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="longest">Maximum pause if the failure is not the peer's fault; else null.</param>
    public void Failed(IPEndPoint endPoint, TimeSpan? longest = null)
    {
        if (longest is not null && _entries.TryGetValue(endPoint, out Entry? entry))
            entry.Failures = Math.Min(entry.Failures, MostFailuresOfOurs);
        BackOff(endPoint, FirstRetry, longest);
    }

    /// <summary>The peer violated the protocol.</summary>
    public void Offended(IPEndPoint endPoint) => BackOff(endPoint, OffenceRetry);

    /// <summary>A useful connection ended; the address may be dialled again soon.</summary>
    public void Closed(IPEndPoint endPoint)
    {
        if (_entries.TryGetValue(endPoint, out Entry? entry))
            entry.Failures = 0;
        Rest(endPoint, FirstRetry);
    }

    /// <summary>The connection was one too many, which is not the peer's fault; the address may be dialled again soon.</summary>
    public void Redundant(IPEndPoint endPoint) => Rest(endPoint, RedundantRetry);

    /// <summary>A connection is of no use for now, for example because both sides are seeds.</summary>
    public void Useless(IPEndPoint endPoint) => Rest(endPoint, UselessRetry);

    /// <summary>The address policy forbids dialling it: removes it until a source names it again.</summary>
    public void Refused(IPEndPoint endPoint) => Remove(endPoint);

    /// <summary>The address turned out to be our own. It is removed and never added again.</summary>
    public void IsOurselves(IPEndPoint endPoint)
    {
        Remove(endPoint);
        _ourselves.Add(endPoint);
    }

    /// <summary>Bans a peer that sent bad data: see <see cref="PeerBans"/>.</summary>
    /// <param name="endPoint">The remote address of its socket.</param>
    /// <param name="id">Its id.</param>
    /// <param name="hasHonestNeighbours">Whether other peers have sent good data from the same address.</param>
    /// <returns>False if it was already banned: several bad pieces may identify the same peer.</returns>
    public bool Ban(IPEndPoint endPoint, PeerId id, bool hasHonestNeighbours)
    {
        if (!_bans.Add(endPoint, id, hasHonestNeighbours))
            return false;

        // The book may contain the banned peer with a port other than the one it connected from.
        foreach (IPEndPoint known in _entries.Keys.Where(IsBanned).ToArray())
            Remove(known);
        return true;
    }

    /// <summary>Whether an address is banned for every peer id, or our own.</summary>
    public bool IsBanned(IPEndPoint endPoint) => _bans.Includes(endPoint) || _ourselves.Contains(endPoint);

    /// <summary>Whether a peer is banned, or has our own address.</summary>
    public bool IsBanned(IPEndPoint endPoint, PeerId id) => _bans.Includes(endPoint, id) || _ourselves.Contains(endPoint);

    private void BackOff(IPEndPoint endPoint, TimeSpan first, TimeSpan? longest = null)
    {
        if (!_entries.TryGetValue(endPoint, out Entry? entry))
            return;
        entry.IsBusy = entry.IsClaimed = false;
        double seconds = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(entry.Failures, 20)), (longest ?? LongestRetry).TotalSeconds);
        entry.Failures++;
        entry.DueAt = In(TimeSpan.FromSeconds(seconds * (0.75 + (_random.NextDouble() / 2))));
    }

    private void Rest(IPEndPoint endPoint, TimeSpan pause)
    {
        if (!_entries.TryGetValue(endPoint, out Entry? entry))
            return;
        entry.IsBusy = entry.IsClaimed = false;
        entry.DueAt = In(pause);
    }

    private long In(TimeSpan delay) => _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);

    // Evicts an address that has failed, or one of the largest source.
    private bool TryDisplace(PeerLane newcomer)
    {
        PeerLane? crowded = _lanes.LargestBeside(newcomer);
        IPEndPoint? worst = null;
        int most = 0;
        foreach ((IPEndPoint endPoint, Entry entry) in _entries)
        {
            int fault = (2 * entry.Failures) + (entry.Lane == crowded ? 1 : 0);
            if (!entry.IsBusy && fault > most)
                (worst, most) = (endPoint, fault);
        }

        return worst is not null && Remove(worst);
    }

    // Few peers listen on ports of system services, while a malicious peer may name many.
    private static int RankOf(IPEndPoint endPoint, PeerOrigin origin) => origin == PeerOrigin.Exchange && endPoint.Port < FirstCommonPort ? 1 : 0;

    private static int MaxPortsAt(BudgetKey network, PeerOrigin origin) => origin switch
    {
        PeerOrigin.Manual => Capacity,
        PeerOrigin.Local => MaxLocalPorts,
        _ => network.IsShared ? Capacity : MaxPortsOfHost,
    };

    // Sources that must not be used for private torrents (BEP 27).
    private static bool IsHearsay(PeerOrigin origin) => origin is PeerOrigin.Dht or PeerOrigin.Local or PeerOrigin.Exchange;

    private void Move(IPEndPoint endPoint, Entry entry, PeerLane lane)
    {
        var network = BudgetKey.Of(endPoint.Address);
        _lanes.Removed(entry.Lane, network);
        _lanes.Added(lane, network);
        entry.Lane = lane;
        entry.Rank = RankOf(endPoint, lane.Origin);
    }

    private bool Remove(IPEndPoint endPoint)
    {
        if (!_entries.Remove(endPoint, out Entry? entry))
            return false;
        _lanes.Removed(entry.Lane, BudgetKey.Of(endPoint.Address));
        return true;
    }

    private sealed class Entry
    {
        public required PeerLane Lane { get; set; }

        public PeerOrigin Origin => Lane.Origin;

        public int Rank { get; set; }

        public bool IsBusy { get; set; }

        // Whether the address is busy only because an inbound peer claimed it.
        public bool IsClaimed { get; set; }

        public bool WantsEncryption { get; set; }

        public int Failures { get; set; }

        public long DueAt { get; set; }
    }
}
