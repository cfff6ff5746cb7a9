using System.Collections.Immutable;
using System.Net;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Discovery;

/// <summary>
/// Tells the peers of one torrent of one another, and takes what they tell (BEP 11). Everybody hears once who is here, then every minute what has
/// changed: what was told is kept once for all of them, not for each. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerExchange : IPeerExtension
{
    /// <summary>Id under which we take such messages.</summary>
    public const byte Id = ExtensionIds.PeerExchange;

    /// <summary>Time between two messages to one peer (BEP 11: no more than one a minute).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    /// <summary>What comes sooner after the last message of the same peer is an offence and is not looked at; clocks and networks are not
    /// exact.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(30);

    /// <summary>A newcomer hears nothing before it has been here for so long: who is just passing need not know everybody.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private readonly PeerBook _book;
    private readonly PeerPool _pool;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly AddressPolicy _addresses;
    private readonly Func<bool> _isSeeding;
    private readonly HashSet<IPEndPoint> _told = [];
    private readonly Dictionary<SourceId, Hearing> _hearings = [];
    private long _roundAt;

    /// <summary>Makes it.</summary>
    /// <param name="book">Learns of peers.</param>
    /// <param name="pool">Who is connected.</param>
    /// <param name="time">Clock.</param>
    /// <param name="random">Chooses whom to tell of where there are too many.</param>
    /// <param name="addresses">Says whose word on which address is believed.</param>
    /// <param name="isSeeding">Whether we want nothing more, so that peers who want nothing either are of no use.</param>
    public PeerExchange(PeerBook book, PeerPool pool, TimeProvider time, Random random, AddressPolicy addresses, Func<bool> isSeeding)
    {
        _addresses = addresses;
        _book = book;
        _pool = pool;
        _time = time;
        _random = random;
        _isSeeding = isSeeding;
        _roundAt = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public string Name => PeerExchangeCodec.ExtensionName;

    /// <inheritdoc/>
    public byte LocalId => Id;

    /// <inheritdoc/>
    public void OnLeft(PeerState peer) => _hearings.Remove(peer.Id);

    /// <summary>A peer names others.</summary>
    public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload)
    {
        Hearing hearing = HearingOf(peer);
        long now = _time.GetTimestamp();
        if (hearing.LastHeard is { } last && _time.GetElapsedTime(last, now) < ShortestPause)
        {
            peer.Offend(Offence.HastyExchange);
            return;
        }

        hearing.LastHeard = now;
        var teller = CompactEndPoint.From(peer.Link.RemoteEndPoint);
        foreach (ExchangedPeer exchanged in PeerExchangeCodec.Decode(payload).Added)
        {
            bool isUseless = _isSeeding() && exchanged.Flags.HasFlag(ExchangedPeerFlags.UploadOnly);
            if (!isUseless && _addresses.Believes(CompactEndPoint.From(exchanged.Address), teller, allowLoopback: true))
                _book.Add(exchanged.Address, PeerOrigin.Exchange);
        }
    }

    /// <summary>Names peers to those to whom a message is due.</summary>
    public void OnTick()
    {
        long now = _time.GetTimestamp();
        Telling? change = null;
        Telling? all = null;
        if (_time.GetElapsedTime(_roundAt, now) >= Interval)
        {
            _roundAt = now;
            change = new Telling(TakeChange(), _addresses);
        }

        foreach (PeerState peer in _pool.Peers)
        {
            if (!peer.Extensions.Has(Name))
                continue;
            Hearing hearing = HearingOf(peer);
            if (hearing.IsTold)
                Send(peer, change);
            else if (_time.GetElapsedTime(peer.ConnectedAt, now) >= Settling)
                hearing.IsTold = Send(peer, all ??= new Telling(DrawAll(), _addresses));
        }
    }

    private static ExchangedPeerFlags FlagsOf(PeerState peer)
    {
        ExchangedPeerFlags flags = peer.Pieces.HasAll || peer.IsUploadOnly ? ExchangedPeerFlags.UploadOnly : ExchangedPeerFlags.None;
        return peer.Link.IsOutbound ? flags | ExchangedPeerFlags.Reachable : flags;
    }

    private bool Send(PeerState peer, Telling? telling)
    {
        if (telling?.PayloadFor(CompactEndPoint.From(peer.Link.RemoteEndPoint)) is not { } payload)
            return false;
        return peer.TrySend(Name, payload);
    }

    private Hearing HearingOf(PeerState peer)
    {
        if (!_hearings.TryGetValue(peer.Id, out Hearing? hearing))
            _hearings.Add(peer.Id, hearing = new Hearing());
        return hearing;
    }

    private IEnumerable<PeerState> Present() => _pool.Peers.Where(peer => peer.DialAddress is not null && peer.Ending == PeerEnding.Unplanned);

    private PeerExchangeMessage DrawAll()
    {
        ExchangedPeer[] here = [.. Present().Select(peer => new ExchangedPeer(peer.DialAddress!, FlagsOf(peer)))];
        if (here.Length > PeerExchangeCodec.MaxPeers)
            _random.Shuffle(here);
        return new PeerExchangeMessage { Added = [.. here.Take(PeerExchangeCodec.MaxPeers)] };
    }

    private PeerExchangeMessage TakeChange()
    {
        Dictionary<IPEndPoint, ExchangedPeerFlags> here = [];
        foreach (PeerState peer in Present())
            here[peer.DialAddress!] = FlagsOf(peer);
        ImmutableArray<ExchangedPeer> added =
            [.. here.Where(peer => !_told.Contains(peer.Key)).Take(PeerExchangeCodec.MaxPeers).Select(peer => new ExchangedPeer(peer.Key, peer.Value))];
        ImmutableArray<IPEndPoint> dropped = [.. _told.Where(peer => !here.ContainsKey(peer)).Take(PeerExchangeCodec.MaxPeers)];
        foreach (ExchangedPeer peer in added)
            _told.Add(peer.Address);
        foreach (IPEndPoint peer in dropped)
            _told.Remove(peer);
        return new PeerExchangeMessage { Added = added, Dropped = dropped };
    }

    // What one peer has heard and said.
    private sealed class Hearing
    {
        public bool IsTold { get; set; }

        public long? LastHeard { get; set; }
    }

    // One message for many peers, of which each hears of those whose addresses mean something where it is.
    private sealed class Telling
    {
        private readonly PeerExchangeMessage _message;
        private readonly Dictionary<AddressReach, byte[]?> _payloads = [];
        private readonly AddressPolicy _addresses;

        public Telling(PeerExchangeMessage message, AddressPolicy addresses)
        {
            _message = message;
            _addresses = addresses;
        }

        public byte[]? PayloadFor(CompactEndPoint listener)
        {
            AddressReach reach = AddressFacts.ReachOf(listener);
            if (!_payloads.TryGetValue(reach, out byte[]? payload))
                _payloads.Add(reach, payload = Encode(listener));
            return payload;
        }

        private byte[]? Encode(CompactEndPoint listener)
        {
            var message = new PeerExchangeMessage
            {
                Added = [.. _message.Added.Where(peer => IsMeaningful(peer.Address, listener))],
                Dropped = [.. _message.Dropped.Where(peer => IsMeaningful(peer, listener))],
            };
            return message.Added.IsEmpty && message.Dropped.IsEmpty ? null : PeerExchangeCodec.Encode(message);
        }

        // An address of a private network means nothing elsewhere.
        private bool IsMeaningful(IPEndPoint address, CompactEndPoint listener) =>
            _addresses.Believes(CompactEndPoint.From(address), listener, allowLoopback: true);
    }
}
