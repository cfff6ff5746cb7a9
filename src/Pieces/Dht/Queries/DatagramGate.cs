using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Decides by a glance at a datagram whether it is worth more than that: what a flood costs is what is done here, so nothing is parsed and nothing
/// allocated. Answers pass when something was asked there; questions so many a second, of each address, of each network and of all. Senders can be
/// made up, so hosts that have answered a question of ours, which nobody can do by a made-up address, have a share that others cannot use up. Used by
/// the socket's task alone.
/// </summary>
internal sealed class DatagramGate
{
    /// <summary>Questions of one address, a second; <see cref="HostBurst"/> at once.</summary>
    public const double HostRate = 5;

    /// <summary>Questions of one address at once.</summary>
    public const int HostBurst = 20;

    /// <summary>Questions of all, a second: what is sent back stays under 100 KiB/s. <see cref="OverallBurst"/> at once.</summary>
    public const double OverallRate = 100;

    /// <summary>Questions of all at once.</summary>
    public const int OverallBurst = 200;

    /// <summary>Questions of one network (an IPv4 /24 or an IPv6 /64), a second; <see cref="NetworkBurst"/> at once.</summary>
    public const double NetworkRate = 25;

    /// <summary>Questions of one network at once.</summary>
    public const int NetworkBurst = 100;

    /// <summary>Questions of all hosts that have answered us, a second, beside those of all; <see cref="KnownBurst"/> at once.</summary>
    public const double KnownRate = 50;

    /// <summary>Questions of all hosts that have answered us at once.</summary>
    public const int KnownBurst = 100;

    // Less than the shortest message there is: an empty reply with an id.
    private const int LeastLength = 40;
    private const int Places = 1024;

    private readonly DhtShared _shared;
    private readonly AskedHosts _askedHosts;
    private readonly SourceLimiter _answersOfHost;
    private readonly SourceLimiter _queriesOfHost;
    private readonly SourceLimiter _queriesOfNetwork;
    private readonly SourceLimiter _queriesOfKnown = new(KnownRate, KnownBurst, places: 1, salt: 0);
    private readonly SourceLimiter _queries;

    /// <summary>Makes one.</summary>
    public DatagramGate(DhtShared shared, AskedHosts askedHosts)
    {
        _shared = shared;
        _askedHosts = askedHosts;
        // Of those who were asked there are few, and strangers must not be able to use up what is theirs: a set of places of their own.
        _answersOfHost = new SourceLimiter(2 * QueryDesk.HostRate, 2 * QueryDesk.HostBurst, Places / 4, (ulong)shared.Random.NextInt64());
        _queriesOfHost = new SourceLimiter(HostRate, HostBurst, Places, (ulong)shared.Random.NextInt64());
        _queriesOfNetwork = new SourceLimiter(NetworkRate, NetworkBurst, Places, (ulong)shared.Random.NextInt64());
        _queries = new SourceLimiter(OverallRate, OverallBurst, places: 1, salt: 0);
    }

    /// <summary>Whether to read it.</summary>
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
