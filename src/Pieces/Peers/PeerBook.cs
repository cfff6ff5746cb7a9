using System.Net;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>Where an address was heard of. Of two origins the one that stands first here counts.</summary>
public enum PeerOrigin
{
    /// <summary>Given by the user.</summary>
    Hand,

    /// <summary>Named by a magnet link.</summary>
    Link,

    /// <summary>Named by a tracker.</summary>
    Tracker,

    /// <summary>It connected to us; its address is known when it told its listen port (BEP 10, <c>p</c>).</summary>
    Inbound,

    /// <summary>Named by nodes of the DHT (BEP 5).</summary>
    Dht,

    /// <summary>It called into the local network (BEP 14).</summary>
    Local,

    /// <summary>Another peer told of it (BEP 11).</summary>
    Exchange,
}

/// <summary>
/// The addresses known for one torrent, with their origin and back-off; the one door for addresses. Pure: time comes as a timestamp of the
/// <see cref="TimeProvider"/>. Bounded, as a whole and for each origin (<see cref="PeerLanes"/>): at <see cref="Capacity"/> a new address
/// displaces the one that failed most, or one of the origin that takes most of the room, or is dropped.
/// </summary>
internal sealed class PeerBook
{
    /// <summary>Most addresses that are remembered.</summary>
    public const int Capacity = 2000;

    /// <summary>Most ports of one public host, and of one host that called into the local network: a peer has one of each family.</summary>
    public const int MaxPortsOfHost = 8, MaxLocalPorts = 2;

    private const int FirstCommonPort = 1024;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OffenceRetry = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan UselessRetry = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RedundantRetry = TimeSpan.FromSeconds(15);

    // So that one ordinary failure after a long time offline is not the twentieth.
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
    /// <param name="random">Breaks ties, and spreads retries.</param>
    /// <param name="addresses">Says which addresses may be dialled.</param>
    public PeerBook(TimeProvider time, Random random, AddressPolicy addresses)
    {
        _addresses = addresses;
        _time = time;
        _random = random;
        _bans = new PeerBans(time);
    }

    /// <summary>Addresses known, connected or not.</summary>
    public int Count => _entries.Count;

    /// <summary>Peers banned in this run.</summary>
    public int Banned => _bans.Count;

    /// <summary>Learns of an address; false when it is of no use, banned, known already, or there is no room.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="origin">Where it was heard of.</param>
    /// <param name="teller">Which of several of one kind named it: of trackers the URL.</param>
    public bool Add(IPEndPoint endPoint, PeerOrigin origin, string teller = "")
    {
        endPoint = SocketText.Unmapped(endPoint);
        if (!_addresses.MayDial(endPoint) || IsBanned(endPoint) || (_isPrivate && IsHearsay(origin)))
            return false;
        var lane = new PeerLane(origin, teller);
        if (_entries.TryGetValue(endPoint, out Entry? known))
        {
            // What an inbound peer said of itself is confirmed: it may be another one that listens there.
            if (known.IsClaimed && origin != PeerOrigin.Inbound)
                (known.IsClaimed, known.IsBusy) = (false, false);
            if (origin < known.Origin)
                Move(endPoint, known, lane);

            // Named again by a tracker: it announces, so it is alive, and an old failure need not hold it back for long.
            // Nodes of the DHT and peers repeat what they once heard.
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

    /// <summary>Where an address was heard of; null when it was not, or is forgotten.</summary>
    public PeerOrigin? OriginOf(IPEndPoint endPoint) => _entries.TryGetValue(endPoint, out Entry? entry) ? entry.Origin : null;

    /// <summary>
    /// The torrent has turned out private (BEP 27): whom neither the user nor a tracker named is forgotten, and neither the DHT nor anybody else is
    /// believed any more.
    /// </summary>
    public void BecomePrivate()
    {
        _isPrivate = true;
        foreach (IPEndPoint stranger in _entries.Where(pair => pair.Value.Origin > PeerOrigin.Tracker).Select(pair => pair.Key).ToArray())
            Remove(stranger);
    }

    /// <summary>Whether an address may be dialled now.</summary>
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

    /// <summary>The address to dial next, or null when none is due; it counts as busy until one of the calls below says what became of it.
    /// The origins take turns, so that no one who names many addresses holds up what others named. Of one origin those that failed least come first;
    /// ties by chance.</summary>
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

    /// <summary>An inbound peer says that it listens there. While it is connected the address is not dialled, unless somebody else names it
    /// too.</summary>
    public void Claimed(IPEndPoint endPoint)
    {
        if (Add(endPoint, PeerOrigin.Inbound) && _entries.TryGetValue(SocketText.Unmapped(endPoint), out Entry? entry))
            entry.IsClaimed = entry.IsBusy = true;
    }

    /// <summary>Whether an address is known by what an inbound peer said of itself and in no other way.</summary>
    public bool IsClaimed(IPEndPoint? endPoint) => endPoint is not null && _entries.TryGetValue(endPoint, out Entry? entry) && entry.IsClaimed;

    /// <summary>It is connected, whoever dialled; it is not offered again until it is closed.</summary>
    public void Connected(IPEndPoint endPoint)
    {
        if (_entries.TryGetValue(endPoint, out Entry? entry))
            (entry.IsBusy, entry.IsClaimed) = (true, false);
    }

    /// <summary>Whether it is to be greeted encrypted (MSE) the next time, where both ways are allowed; false as long as nothing is known.</summary>
    public bool WantsEncryption(IPEndPoint endPoint) => _entries.TryGetValue(endPoint, out Entry? entry) && entry.WantsEncryption;

    /// <summary>It took an encrypted greeting, or a plain one (false), or stayed silent at the other: so it is greeted the next time.</summary>
    public void NoteGreeting(IPEndPoint endPoint, bool wantsEncryption)
    {
        if (_entries.TryGetValue(endPoint, out Entry? entry))
            entry.WantsEncryption = wantsEncryption;
    }

    /// <summary>The dial failed, or the connection ended before it was of any use.</summary>
    /// <param name="endPoint">Whom it concerns.</param>
    /// <param name="longest">Longest pause, when the failure is none of the peer's and need not be held against it; null else.</param>
    public void Failed(IPEndPoint endPoint, TimeSpan? longest = null)
    {
        if (longest is not null && _entries.TryGetValue(endPoint, out Entry? entry))
            entry.Failures = Math.Min(entry.Failures, MostFailuresOfOurs);
        BackOff(endPoint, FirstRetry, longest);
    }

    /// <summary>The peer broke the protocol.</summary>
    public void Offended(IPEndPoint endPoint) => BackOff(endPoint, OffenceRetry);

    /// <summary>A useful connection ended; it may be dialled again soon.</summary>
    public void Closed(IPEndPoint endPoint)
    {
        if (_entries.TryGetValue(endPoint, out Entry? entry))
            entry.Failures = 0;
        Rest(endPoint, FirstRetry);
    }

    /// <summary>It was one connection too many, which is no fault of its: it may be dialled again soon.</summary>
    public void Redundant(IPEndPoint endPoint) => Rest(endPoint, RedundantRetry);

    /// <summary>Nothing can come of it for now, for example when both sides are seeds.</summary>
    public void Useless(IPEndPoint endPoint) => Rest(endPoint, UselessRetry);

    /// <summary>It may not be dialled, for whoever named it: forgotten until it is named again.</summary>
    public void Refused(IPEndPoint endPoint) => Remove(endPoint);

    /// <summary>It is ourselves: forgotten for good.</summary>
    public void IsOurselves(IPEndPoint endPoint)
    {
        Remove(endPoint);
        _ourselves.Add(endPoint);
    }

    /// <summary>Bans a peer that sent bad data: see <see cref="PeerBans"/>.</summary>
    /// <param name="endPoint">Its address as the socket had it.</param>
    /// <param name="id">Its id.</param>
    /// <param name="hasHonestNeighbours">Whether other peers have sent good data from the same address.</param>
    /// <returns>False when it was banned already: several bad pieces may convict one peer.</returns>
    public bool Ban(IPEndPoint endPoint, PeerId id, bool hasHonestNeighbours)
    {
        if (!_bans.Add(endPoint, id, hasHonestNeighbours))
            return false;

        // It may be known by another port than the one it came from.
        foreach (IPEndPoint known in _entries.Keys.Where(IsBanned).ToArray())
            Remove(known);
        return true;
    }

    /// <summary>Whether an address is not to be dealt with, whoever is there.</summary>
    public bool IsBanned(IPEndPoint endPoint) => _bans.Includes(endPoint) || _ourselves.Contains(endPoint);

    /// <summary>Whether a peer is not to be dealt with.</summary>
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

    // One that failed makes room, or one of the origin that takes the most.
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

    // Few peers listen on a port of the system's services, while a liar may name many.
    private static int RankOf(IPEndPoint endPoint, PeerOrigin origin) => origin == PeerOrigin.Exchange && endPoint.Port < FirstCommonPort ? 1 : 0;

    private static int MaxPortsAt(BudgetKey network, PeerOrigin origin) => origin switch
    {
        PeerOrigin.Hand => Capacity,
        PeerOrigin.Local => MaxLocalPorts,
        _ => network.IsShared ? Capacity : MaxPortsOfHost,
    };

    // Where nobody but the trackers may name peers, these are not listened to (BEP 27).
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

        // Busy on the word of an inbound peer alone.
        public bool IsClaimed { get; set; }

        public bool WantsEncryption { get; set; }

        public int Failures { get; set; }

        public long DueAt { get; set; }
    }
}
