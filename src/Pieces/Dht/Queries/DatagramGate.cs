using Pieces.Dht.Messages;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Decides by a glance at a datagram whether it is worth more than that: what a flood costs is what is done here, so nothing is parsed and nothing
/// allocated. Answers pass when something was asked there; questions so many a second, of each address and of all. Used by the socket's task alone.
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

    // Less than the shortest message there is: an empty reply with an id.
    private const int LeastLength = 40;
    private const int Places = 1024;

    private readonly DhtShared _shared;
    private readonly AskedHosts _askedHosts;
    private readonly SourceLimiter _answersOfHost;
    private readonly SourceLimiter _queriesOfHost;
    private readonly SourceLimiter _queries;

    /// <summary>Makes one.</summary>
    public DatagramGate(DhtShared shared, AskedHosts askedHosts)
    {
        _shared = shared;
        _askedHosts = askedHosts;
        // Of those who were asked there are few, and strangers must not be able to use up what is theirs: a set of places of their own.
        _answersOfHost = new SourceLimiter(2 * QueryDesk.HostRate, 2 * QueryDesk.HostBurst, Places / 4, (ulong)shared.Random.NextInt64());
        _queriesOfHost = new SourceLimiter(HostRate, HostBurst, Places, (ulong)shared.Random.NextInt64());
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
        return _queriesOfHost.TryTake(AddressFacts.BudgetOf(from), now) && _queries.TryTake(default, now);
    }
}
