namespace Pieces.Net;

/// <summary>The reach of an address, the nearest first.</summary>
internal enum AddressReach
{
    /// <summary>No host can have it: unspecified, multicast, or not allocated.</summary>
    Nobody,

    /// <summary>This machine itself.</summary>
    Loopback,

    /// <summary>Link-local: the network segment of this machine, by addresses that routers do not forward.</summary>
    Link,

    /// <summary>A private network.</summary>
    Private,

    /// <summary>The public network.</summary>
    World,
}

/// <summary>What the value of an address says about it. Whether it may be used is decided by <see cref="AddressPolicy"/>.</summary>
internal static class AddressFacts
{
    // 64:ff9b::/96 (RFC 6052).
    private static readonly UInt128 Nat64Prefix = new(0x0064FF9B00000000, 0);

    /// <summary>
    /// Whether an address belongs to this machine or to a private network. Node ids of such addresses are not checked (BEP 42), and many nodes may
    /// share a network.
    /// </summary>
    public static bool IsLocal(CompactEndPoint endPoint) => ReachOf(endPoint) is AddressReach.Loopback or AddressReach.Link or AddressReach.Private;

    /// <summary>
    /// Identity of a DHT host: the address without its port, but on loopback the address with its port, since all nodes share one address there.
    /// </summary>
    public static CompactEndPoint HostOf(CompactEndPoint endPoint) => ReachOf(endPoint) == AddressReach.Loopback ? endPoint : endPoint.WithoutPort;

    /// <summary>
    /// The key of the DHT nodes that share one limit: their <see cref="BudgetKey"/>. On loopback each port has a key of its own, because all nodes
    /// of a closed DHT share one address there.
    /// </summary>
    public static CompactEndPoint BudgetOf(CompactEndPoint endPoint) =>
        ReachOf(endPoint) == AddressReach.Loopback ? endPoint : BudgetKey.Of(endPoint).Network;

    /// <summary>
    /// The network that one owner is likely to control: the /24 of an IPv4 address, the /64 of an IPv6 one. For a local address, the host itself.
    /// </summary>
    public static CompactEndPoint SubnetOf(CompactEndPoint endPoint)
    {
        if (IsLocal(endPoint))
            return HostOf(endPoint);
        int hostBits = endPoint.IsV6 ? 64 : 8;
        return new CompactEndPoint(endPoint.Host >> hostBits << hostBits, 0, endPoint.IsV6);
    }

    /// <summary>The reach of an address.</summary>
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
        // An address that embeds an IPv4 address has that address's reach: NAT64 translators and 6to4 gateways forward to it.
        if (host >> 32 == Nat64Prefix >> 32)
            return ReachOfV4((uint)host);
        if (host >> 112 == 0x2002)
            return ReachOfV4((uint)(host >> 80));
        uint top = (uint)(host >> 112);
        if ((top & 0xFFC0) == 0xFE80)
            return AddressReach.Link;
        if ((top & 0xFE00) == 0xFC00)
            return AddressReach.Private;
        // Only 2000::/3 is allocated. It includes 6to4 and Teredo addresses, which are reachable.
        return (top & 0xE000) == 0x2000 ? AddressReach.World : AddressReach.Nobody;
    }
}
