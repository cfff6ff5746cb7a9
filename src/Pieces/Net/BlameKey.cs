using System.Net;

namespace Pieces.Net;

/// <summary>
/// Identity of a peer that is banned for bad data: an IPv4 address or an IPv6 /64, without the port. A peer can change its port, and the rest of an
/// IPv6 address, at no cost. On loopback, in private networks and for link-local addresses the key includes the port: many peers share an address
/// there, behind a published port, a tunnel or a forwarded port.
/// </summary>
internal readonly record struct BlameKey
{
    private readonly CompactEndPoint _who;

    private BlameKey(CompactEndPoint who) => _who = who;

    /// <summary>The key of a peer.</summary>
    public static BlameKey Of(IPEndPoint peer)
    {
        CompactEndPoint who = CompactEndPoint.From(peer);
        return AddressFacts.IsLocal(who) ? new BlameKey(who) : new BlameKey(BudgetKey.Of(who).Network);
    }

    /// <summary>The key of one connection, for addresses that are shared with peers known to be honest.</summary>
    public static BlameKey OfPort(IPEndPoint peer) => new(CompactEndPoint.From(peer));

    /// <summary>The address, with its port if the key includes one.</summary>
    public override string ToString() => _who.Port == 0 ? _who.ToEndPoint().Address.ToString() : _who.ToString();
}
