namespace Pieces.Net;

/// <summary>How far an address reaches, the nearest first.</summary>
internal enum AddressReach
{
    /// <summary>No host can have it: unspecified, multicast, or not allocated.</summary>
    Nobody,

    /// <summary>This machine itself.</summary>
    Loopback,

    /// <summary>The network segment that this machine is connected to, by addresses that no router passes on.</summary>
    Link,

    /// <summary>A private network.</summary>
    Private,

    /// <summary>The public network.</summary>
    World,
}

/// <summary>What the number of an address says about it. Whether it may be used is for <see cref="AddressPolicy"/> to say.</summary>
internal static class AddressFacts
{
    // 64:ff9b::/96 (RFC 6052).
    private static readonly UInt128 Nat64Prefix = new(0x0064FF9B00000000, 0);

    /// <summary>
    /// Whether it belongs to this machine or to a private network: its node id is not checked (BEP 42), and many nodes may live there.
    /// </summary>
    public static bool IsLocal(CompactEndPoint endPoint) => ReachOf(endPoint) is AddressReach.Loopback or AddressReach.Link or AddressReach.Private;

    /// <summary>
    /// What counts as one DHT node: an address whatever the port, but on loopback each port, since all nodes share one address there.
    /// </summary>
    public static CompactEndPoint HostOf(CompactEndPoint endPoint) => ReachOf(endPoint) == AddressReach.Loopback ? endPoint : endPoint.WithoutPort;

    /// <summary>
    /// What shares one budget among DHT nodes: a <see cref="BudgetKey"/>, but on loopback each port, since all nodes of a closed DHT share one
    /// address there.
    /// </summary>
    public static CompactEndPoint BudgetOf(CompactEndPoint endPoint) =>
        ReachOf(endPoint) == AddressReach.Loopback ? endPoint : BudgetKey.Of(endPoint).Network;

    /// <summary>What one owner is likely to control: the /24 of an IPv4 address, the /64 of an IPv6 one; of local addresses each by itself.</summary>
    public static CompactEndPoint SubnetOf(CompactEndPoint endPoint)
    {
        if (IsLocal(endPoint))
            return HostOf(endPoint);
        int hostBits = endPoint.IsV6 ? 64 : 8;
        return new CompactEndPoint(endPoint.Host >> hostBits << hostBits, 0, endPoint.IsV6);
    }

    /// <summary>How far an address reaches.</summary>
    public static AddressReach ReachOf(CompactEndPoint endPoint) => endPoint.IsV6 ? ReachOfV6(endPoint.Host) : ReachOfV4((uint)endPoint.Host);

    /// <inheritdoc cref="ReachOf(CompactEndPoint)"/>
    public static AddressReach ReachOf(System.Net.IPAddress address) => ReachOf(CompactEndPoint.From(address, 0));

    private static AddressReach ReachOfV4(uint host) => (host >> 24) switch
    {
        0 or >= 224 => AddressReach.Nobody,
        127 => AddressReach.Loopback,
        10 => AddressReach.Private,
        100 when (host >> 22) == (100u << 2 | 1) => AddressReach.Private,
        169 when (host >> 16) == 0xA9FE => AddressReach.Link,
        172 when (host >> 20) == 0xAC1 => AddressReach.Private,
        192 when (host >> 16) == 0xC0A8 => AddressReach.Private,
        _ => AddressReach.World,
    };

    private static AddressReach ReachOfV6(UInt128 host)
    {
        if (host == UInt128.One)
            return AddressReach.Loopback;
        // Addresses that carry an IPv4 address reach as far as that one: translators and 6to4 gateways unpack it.
        if (host >> 32 == Nat64Prefix >> 32)
            return ReachOfV4((uint)host);
        if (host >> 112 == 0x2002)
            return ReachOfV4((uint)(host >> 80));
        uint top = (uint)(host >> 112);
        if ((top & 0xFFC0) == 0xFE80)
            return AddressReach.Link;
        if ((top & 0xFE00) == 0xFC00)
            return AddressReach.Private;
        // 2000::/3 is all that is allocated. 6to4 and Teredo are inside it and are reachable.
        return (top & 0xE000) == 0x2000 ? AddressReach.World : AddressReach.Nobody;
    }
}
