namespace Pieces.Net;

/// <summary>How far an address leads, the nearest first.</summary>
internal enum AddressReach
{
    /// <summary>Nowhere: unspecified, multicast, or handed out to nobody.</summary>
    Nobody,

    /// <summary>To this machine itself.</summary>
    Loopback,

    /// <summary>Within a private network or a link.</summary>
    Local,

    /// <summary>From everywhere.</summary>
    World,
}

/// <summary>Which addresses a node may have, and which ones count as one place.</summary>
internal sealed class AddressRules
{
    private readonly bool _allowLoopback;

    /// <summary>Makes the rules; loopback is for closed networks on one machine.</summary>
    public AddressRules(bool allowLoopback) => _allowLoopback = allowLoopback;

    /// <summary>Whether a datagram may come from there or go there at all.</summary>
    public bool IsUsable(CompactEndPoint endPoint) => endPoint.Port != 0 && ReachOf(endPoint) switch
    {
        AddressReach.Nobody => false,
        AddressReach.Loopback => _allowLoopback,
        _ => true,
    };

    /// <summary>
    /// Whether an address is to be believed when <paramref name="teller"/> names it: one of a private network or of loopback only when the teller is
    /// there itself. A stranger from outside who names our router or our printer means harm, or knows no better.
    /// </summary>
    public bool IsUsable(CompactEndPoint endPoint, CompactEndPoint teller) =>
        IsUsable(endPoint) && ReachOf(endPoint) is var reach && (reach == AddressReach.World || reach >= ReachOf(teller));

    /// <summary>Whether it is this machine's or a private network's: no id is asked of it (BEP 42), and many may live there.</summary>
    public static bool IsLocal(CompactEndPoint endPoint) => ReachOf(endPoint) is AddressReach.Loopback or AddressReach.Local;

    /// <summary>What counts as one participant: an address whatever the port, but on loopback each port, since all share one address there.</summary>
    public static CompactEndPoint HostOf(CompactEndPoint endPoint) => ReachOf(endPoint) == AddressReach.Loopback ? endPoint : endPoint.WithoutPort;

    /// <summary>What is likely in one hand: the /24 of an IPv4 address, the /64 of an IPv6 one; of local addresses each by itself.</summary>
    public static CompactEndPoint SubnetOf(CompactEndPoint endPoint)
    {
        if (IsLocal(endPoint))
            return HostOf(endPoint);
        int hostBits = endPoint.IsV6 ? 64 : 8;
        return new CompactEndPoint(endPoint.Host >> hostBits << hostBits, 0, endPoint.IsV6);
    }

    /// <summary>How far an address leads.</summary>
    public static AddressReach ReachOf(CompactEndPoint endPoint) => endPoint.IsV6 ? ReachOfV6(endPoint.Host) : ReachOfV4((uint)endPoint.Host);

    private static AddressReach ReachOfV4(uint host) => (host >> 24) switch
    {
        0 or >= 224 => AddressReach.Nobody,
        127 => AddressReach.Loopback,
        10 => AddressReach.Local,
        100 when (host >> 22) == (100u << 2 | 1) => AddressReach.Local,
        169 when (host >> 16) == 0xA9FE => AddressReach.Local,
        172 when (host >> 20) == 0xAC1 => AddressReach.Local,
        192 when (host >> 16) == 0xC0A8 => AddressReach.Local,
        _ => AddressReach.World,
    };

    private static AddressReach ReachOfV6(UInt128 host)
    {
        if (host == UInt128.One)
            return AddressReach.Loopback;
        uint top = (uint)(host >> 112);
        if ((top & 0xFFC0) == 0xFE80 || (top & 0xFE00) == 0xFC00)
            return AddressReach.Local;
        // 2000::/3 is all that is handed out. 6to4 and Teredo lie in it and lead somewhere.
        return (top & 0xE000) == 0x2000 ? AddressReach.World : AddressReach.Nobody;
    }
}
