using Pieces.Net;

namespace Pieces.Dht;

/// <summary>Which addresses a node may have, and which ones count as one place.</summary>
internal sealed class AddressRules
{
    private readonly bool _allowLoopback;

    /// <summary>Makes the rules; loopback is for closed networks on one machine.</summary>
    public AddressRules(bool allowLoopback) => _allowLoopback = allowLoopback;

    private enum Reach
    {
        Nobody,
        Loopback,
        Local,
        World,
    }

    /// <summary>Whether a datagram may come from there or go there at all.</summary>
    public bool IsUsable(CompactEndPoint endPoint) => endPoint.Port != 0 && ReachOf(endPoint) switch
    {
        Reach.Nobody => false,
        Reach.Loopback => _allowLoopback,
        _ => true,
    };

    /// <summary>
    /// Whether an address is to be believed when <paramref name="teller"/> names it: one of a private network or of loopback only when the teller is
    /// there itself. A stranger from outside who names our router or our printer means harm, or knows no better.
    /// </summary>
    public bool IsUsable(CompactEndPoint endPoint, CompactEndPoint teller) =>
        IsUsable(endPoint) && ReachOf(endPoint) is var reach && (reach == Reach.World || reach >= ReachOf(teller));

    /// <summary>Whether it is this machine's or a private network's: no id is asked of it (BEP 42), and many may live there.</summary>
    public static bool IsLocal(CompactEndPoint endPoint) => ReachOf(endPoint) is Reach.Loopback or Reach.Local;

    /// <summary>What counts as one participant: an address whatever the port, but on loopback each port, since all share one address there.</summary>
    public static CompactEndPoint HostOf(CompactEndPoint endPoint) => ReachOf(endPoint) == Reach.Loopback ? endPoint : endPoint.WithoutPort;

    /// <summary>What is likely in one hand: the /24 of an IPv4 address, the /64 of an IPv6 one; of local addresses each by itself.</summary>
    public static CompactEndPoint SubnetOf(CompactEndPoint endPoint)
    {
        if (IsLocal(endPoint))
            return HostOf(endPoint);
        int hostBits = endPoint.IsV6 ? 64 : 8;
        return new CompactEndPoint(endPoint.Host >> hostBits << hostBits, 0, endPoint.IsV6);
    }

    private static Reach ReachOf(CompactEndPoint endPoint) => endPoint.IsV6 ? ReachOfV6(endPoint.Host) : ReachOfV4((uint)endPoint.Host);

    private static Reach ReachOfV4(uint host) => (host >> 24) switch
    {
        0 or >= 224 => Reach.Nobody,
        127 => Reach.Loopback,
        10 => Reach.Local,
        100 when (host >> 22) == (100u << 2 | 1) => Reach.Local,
        169 when (host >> 16) == 0xA9FE => Reach.Local,
        172 when (host >> 20) == 0xAC1 => Reach.Local,
        192 when (host >> 16) == 0xC0A8 => Reach.Local,
        _ => Reach.World,
    };

    private static Reach ReachOfV6(UInt128 host)
    {
        if (host == UInt128.One)
            return Reach.Loopback;
        uint top = (uint)(host >> 112);
        if ((top & 0xFFC0) == 0xFE80 || (top & 0xFE00) == 0xFC00)
            return Reach.Local;
        // 2000::/3 is all that is handed out. 6to4 and Teredo lie in it and lead somewhere.
        return (top & 0xE000) == 0x2000 ? Reach.World : Reach.Nobody;
    }
}
