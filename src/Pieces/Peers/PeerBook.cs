using System.Net;
using Pieces.Net;

namespace Pieces.Peers;

/// <summary>Where an address was heard of. Of two origins the one that stands first here counts.</summary>
public enum PeerOrigin
{
    /// <summary>Given by the user.</summary>
    Hand,

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
/// The addresses known for one torrent, with their origin, back-off and bans; the one door for addresses. Pure: time comes as a timestamp of the
/// <see cref="TimeProvider"/>. Bounded: at <see cref="Capacity"/> a new address displaces the one that failed most, or is dropped.
/// </summary>
internal sealed class PeerBook
{
    /// <summary>Most addresses that are remembered.</summary>
    public const int Capacity = 2000;

    /// <summary>Most of them that are there on the word of peers alone, who may make up as many as they like.</summary>
    public const int MaxExchanged = Capacity / 2;

    private const int FirstCommonPort = 1024;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OffenceRetry = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan UselessRetry = TimeSpan.FromMinutes(10);

    // So that one ordinary failure after a long time offline is not the twentieth.
    private const int MostFailuresOfOurs = 5;

    private readonly Dictionary<IPEndPoint, Entry> _entries = [];
    private readonly HashSet<BlameKey> _banned = [];
    private readonly HashSet<IPEndPoint> _ourselves = [];
    private readonly List<IPEndPoint> _due = [];
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly AddressPolicy _addresses;
    private int _exchanged;
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
    }

    /// <summary>Addresses known, connected or not.</summary>
    public int Count => _entries.Count;

    /// <summary>Peers banned in this run.</summary>
    public int Banned { get; private set; }

    /// <summary>Learns of an address; false when it is of no use, banned, known already, or there is no room.</summary>
    public bool Add(IPEndPoint endPoint, PeerOrigin origin)
    {
        endPoint = SocketText.Unmapped(endPoint);
        if (!_addresses.MayDial(endPoint) || IsBanned(endPoint) || (_isPrivate && IsHearsay(origin)))
            return false;
        if (_entries.TryGetValue(endPoint, out Entry? known))
        {
            if (origin < known.Origin)
                Promote(endPoint, known, origin);

            // Named again by a tracker: it announces, so it is alive, and an old failure need not hold it back for long.
            // Nodes of the DHT and peers repeat what they once heard.
            if (origin is not PeerOrigin.Dht and not PeerOrigin.Exchange)
                known.Failures = Math.Min(known.Failures, 2);
            return false;
        }

        if (origin == PeerOrigin.Exchange && _exchanged >= MaxExchanged)
            return false;
        if (_entries.Count >= Capacity && !TryDisplace(origin))
            return false;
        _entries.Add(endPoint, new Entry { Origin = origin, Rank = RankOf(endPoint, origin), DueAt = _time.GetTimestamp() });
        _exchanged += origin == PeerOrigin.Exchange ? 1 : 0;
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
    /// Those that failed least come first, among them those given by hand or found nearby, then others, then whom peers told of; ties by chance.</summary>
    public IPEndPoint? TakeNext()
    {
        long now = _time.GetTimestamp();
        int best = int.MaxValue;
        _due.Clear();
        foreach ((IPEndPoint endPoint, Entry entry) in _entries)
        {
            if (entry.IsBusy || entry.DueAt > now)
                continue;
            int rank = (entry.Failures * 4) + entry.Rank;
            if (rank > best)
                continue;
            if (rank < best)
                _due.Clear();
            best = rank;
            _due.Add(endPoint);
        }

        if (_due.Count == 0)
            return null;
        IPEndPoint chosen = _due[_random.Next(_due.Count)];
        _entries[chosen].IsBusy = true;
        return chosen;
    }

    /// <summary>It is connected, whoever dialled; it is not offered again until it is closed.</summary>
    public void Connected(IPEndPoint endPoint)
    {
        if (_entries.TryGetValue(endPoint, out Entry? entry))
            entry.IsBusy = true;
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

    /// <summary>Nothing can come of it for now, for example when both sides are seeds.</summary>
    public void Useless(IPEndPoint endPoint) => Rest(endPoint, UselessRetry);

    /// <summary>It is ourselves: forgotten for good.</summary>
    public void IsOurselves(IPEndPoint endPoint)
    {
        Remove(endPoint);
        _ourselves.Add(endPoint);
    }

    /// <summary>Bans a peer that sent bad data: no address with its <see cref="BlameKey"/> is used again in this run.</summary>
    /// <param name="endPoint">Its address as the socket had it.</param>
    /// <param name="alias">The address that it told as its own, or null.</param>
    /// <returns>False when it was banned already: several bad pieces may convict one peer.</returns>
    public bool Ban(IPEndPoint endPoint, IPEndPoint? alias = null)
    {
        if (IsBanned(endPoint))
            return false;
        Banned++;
        _banned.Add(BlameKey.Of(endPoint));
        if (alias is not null)
            _banned.Add(BlameKey.Of(alias));

        // It may be known by another port than the one it came from.
        foreach (IPEndPoint known in _entries.Keys.Where(IsBanned).ToArray())
            Remove(known);
        return true;
    }

    /// <summary>Whether it is not to be dealt with.</summary>
    public bool IsBanned(IPEndPoint endPoint) => _banned.Contains(BlameKey.Of(endPoint)) || _ourselves.Contains(endPoint);

    private void BackOff(IPEndPoint endPoint, TimeSpan first, TimeSpan? longest = null)
    {
        if (!_entries.TryGetValue(endPoint, out Entry? entry))
            return;
        entry.IsBusy = false;
        double seconds = Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(entry.Failures, 20)), (longest ?? LongestRetry).TotalSeconds);
        entry.Failures++;
        entry.DueAt = In(TimeSpan.FromSeconds(seconds * (0.75 + (_random.NextDouble() / 2))));
    }

    private void Rest(IPEndPoint endPoint, TimeSpan pause)
    {
        if (!_entries.TryGetValue(endPoint, out Entry? entry))
            return;
        entry.IsBusy = false;
        entry.DueAt = In(pause);
    }

    private long In(TimeSpan delay) => _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);

    // Anybody can fill the DHT with addresses: one of them makes room for whom others name, also before it has failed.
    private bool TryDisplace(PeerOrigin newcomer)
    {
        IPEndPoint? worst = null;
        int most = 0;
        foreach ((IPEndPoint endPoint, Entry entry) in _entries)
        {
            int fault = (2 * entry.Failures) + (entry.Origin == PeerOrigin.Dht && newcomer != PeerOrigin.Dht ? 1 : 0);
            if (!entry.IsBusy && fault > most)
                (worst, most) = (endPoint, fault);
        }

        return worst is not null && Remove(worst);
    }

    // Few peers listen on a port of the system's services, while a liar may name many.
    private static int RankOf(IPEndPoint endPoint, PeerOrigin origin) => origin switch
    {
        PeerOrigin.Hand or PeerOrigin.Local => 0,
        PeerOrigin.Exchange when endPoint.Port < FirstCommonPort => 3,
        PeerOrigin.Exchange => 2,
        _ => 1,
    };

    // Where nobody but the trackers may name peers, these are not listened to (BEP 27).
    private static bool IsHearsay(PeerOrigin origin) => origin is PeerOrigin.Dht or PeerOrigin.Local or PeerOrigin.Exchange;

    private void Promote(IPEndPoint endPoint, Entry entry, PeerOrigin origin)
    {
        _exchanged -= entry.Origin == PeerOrigin.Exchange ? 1 : 0;
        entry.Origin = origin;
        entry.Rank = RankOf(endPoint, origin);
    }

    private bool Remove(IPEndPoint endPoint)
    {
        if (!_entries.Remove(endPoint, out Entry? entry))
            return false;
        _exchanged -= entry.Origin == PeerOrigin.Exchange ? 1 : 0;
        return true;
    }

    private sealed class Entry
    {
        public PeerOrigin Origin { get; set; }

        public int Rank { get; set; }

        public bool IsBusy { get; set; }

        public bool WantsEncryption { get; set; }

        public int Failures { get; set; }

        public long DueAt { get; set; }
    }
}
