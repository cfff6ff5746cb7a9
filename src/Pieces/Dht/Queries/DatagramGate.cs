using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Filters datagrams before they are parsed. Under a flood this is the only cost, so the gate neither parses nor allocates. Replies pass if a query
/// to their sender is pending. Queries are rate-limited per address, per network and in total. Source addresses can be forged, so hosts that have
/// replied to a query of ours, which a forged address cannot do, have a rate of their own that others cannot use up. Used by the socket's task only.
/// </summary>
internal sealed class DatagramGate
{
    /// <summary>Maximum number of queries accepted per address and second; burst <see cref="HostBurst"/>.</summary>
    public const double HostRate = 5;

    /// <summary>Maximum number of queries accepted per address in a burst.</summary>
    public const int HostBurst = 20;

    /// <summary>
    /// Maximum number of queries accepted in total per second; burst <see cref="OverallBurst"/>. This keeps our replies below 100 KiB/s.
    /// </summary>
    public const double OverallRate = 100;

    /// <summary>Maximum number of queries accepted in total in a burst.</summary>
    public const int OverallBurst = 200;

    /// <summary>Maximum number of queries accepted per network (an IPv4 /24 or an IPv6 /64) and second; burst <see cref="NetworkBurst"/>.</summary>
    public const double NetworkRate = 25;

    /// <summary>Maximum number of queries accepted per network in a burst.</summary>
    public const int NetworkBurst = 100;

    /// <summary>
    /// Maximum number of queries accepted per second from all hosts together that have replied to us, in addition to <see cref="OverallRate"/>; burst
    /// <see cref="KnownBurst"/>.
    /// </summary>
    public const double KnownRate = 50;

    /// <summary>Maximum number of queries accepted in a burst from all hosts together that have replied to us.</summary>
    public const int KnownBurst = 100;

    // Minimum length in bytes: shorter than any valid message (the shortest is a reply with only an id).
    private const int LeastLength = 40;
    private const int Places = 1024;

    private readonly DhtShared _shared;
    private readonly AskedHosts _askedHosts;
    private readonly PerHostLimiter _answersOfHost;
    private readonly PerHostLimiter _queriesOfHost;
    private readonly PerHostLimiter _queriesOfNetwork;
    private readonly PerHostLimiter _queriesOfKnown = new(KnownRate, KnownBurst, places: 1, salt: 0);
    private readonly PerHostLimiter _queries;

    public DatagramGate(DhtShared shared, AskedHosts askedHosts)
    {
        _shared = shared;
        _askedHosts = askedHosts;
        // Replies have slots of their own, so that other senders cannot use them up; few are needed, since we query few hosts.
        _answersOfHost = new PerHostLimiter(2 * QueryManager.HostRate, 2 * QueryManager.HostBurst, Places / 4, (ulong)shared.Random.NextInt64());
        _queriesOfHost = new PerHostLimiter(HostRate, HostBurst, Places, (ulong)shared.Random.NextInt64());
        _queriesOfNetwork = new PerHostLimiter(NetworkRate, NetworkBurst, Places, (ulong)shared.Random.NextInt64());
        _queries = new PerHostLimiter(OverallRate, OverallBurst, places: 1, salt: 0);
    }

    /// <summary>Whether the datagram is worth parsing.</summary>
    public bool Admits(ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        if (datagram.Length is < LeastLength or > KrpcReader.MaxDatagramLength || datagram[0] != (byte)'d' || datagram[^1] != (byte)'e')
            return false;
        if (!_shared.MayBeNode(from))
            return false;
        if (_askedHosts.MayContain(from) && _answersOfHost.TryTake(AddressFacts.HostOf(from), _shared.Now))
            return true;
        if (_shared.Options.IsReadOnly || datagram.IndexOf("1:y1:q"u8) < 0)
            return false;
        TimeSpan now = _shared.Now;
        if (!_queriesOfHost.TryTake(AddressFacts.BudgetOf(from), now))
            return false;
        return (_askedHosts.HasAnswered(from, now) && _queriesOfKnown.TryTake(default, now))
            || ((AddressFacts.IsLocal(from) || _queriesOfNetwork.TryTake(AddressFacts.SubnetOf(from), now)) && _queries.TryTake(default, now));
    }
}
