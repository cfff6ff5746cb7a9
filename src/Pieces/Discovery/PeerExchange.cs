using System.Collections.Immutable;
using System.Net;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Discovery;

/// <summary>
/// Peer exchange for one torrent (BEP 11). A peer is first sent the connected peers, then every minute the changes. The set of announced peers is
/// kept once for all peers, not per peer. Owned by the torrent's loop.
/// </summary>
internal sealed class PeerExchange : IPeerExtension
{
    /// <summary>Id of our extension messages.</summary>
    public const byte Id = ExtensionIds.PeerExchange;

    /// <summary>Time between two messages to one peer (BEP 11: no more than one a minute).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Minimum time between two messages of one peer. A message that comes sooner is an offence and is ignored. It is shorter than
    /// <see cref="Interval"/> because clocks and networks are not exact.
    /// </summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(30);

    /// <summary>Delay before the first message to a new peer, so that short connections do not reveal our peers.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private readonly PeerBook _book;
    private readonly PeerPool _pool;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly AddressPolicy _addresses;
    private readonly Func<bool> _isSeeding;
    private readonly HashSet<IPEndPoint> _told = [];
    private readonly Dictionary<SenderId, Hearing> _hearings = [];
    private long _roundAt;

    /// <summary>Creates an instance.</summary>
    /// <param name="book">Receives the peers that were sent to us.</param>
    /// <param name="pool">The connected peers.</param>
    /// <param name="time">Clock.</param>
    /// <param name="random">Chooses which peers to send if there are too many.</param>
    /// <param name="addresses">Decides which addresses are accepted from which peer.</param>
    /// <param name="isSeeding">Whether we are a seed, so that upload-only peers are of no use.</param>
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

    /// <summary>A peer sent us other peers.</summary>
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

    /// <summary>Sends the messages that are due.</summary>
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
            [.. here.Where(peer => !_told.Contains(peer.Key)).Take(PeerExchangeCodec.MaxPeers)
                .Select(peer => new ExchangedPeer(peer.Key, peer.Value))];
        ImmutableArray<IPEndPoint> dropped = [.. _told.Where(peer => !here.ContainsKey(peer)).Take(PeerExchangeCodec.MaxPeers)];
        foreach (ExchangedPeer peer in added)
            _told.Add(peer.Address);
        foreach (IPEndPoint peer in dropped)
            _told.Remove(peer);
        return new PeerExchangeMessage { Added = added, Dropped = dropped };
    }

    // Peer-exchange state of one peer.
    private sealed class Hearing
    {
        public bool IsTold { get; set; }

        public long? LastHeard { get; set; }
    }

    // One message for many peers, reduced for each to the addresses that are valid in its network.
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

        // A private address is meaningless in another network.
        private bool IsMeaningful(IPEndPoint address, CompactEndPoint listener) =>
            _addresses.Believes(CompactEndPoint.From(address), listener, allowLoopback: true);
    }
}
