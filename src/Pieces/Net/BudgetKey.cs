using System.Net;

namespace Pieces.Net;

/// <summary>
/// The hosts that share one per-host limit: an IPv4 address, or an IPv6 /64, since its owner can use every address in it. The port is never included:
/// a host can use any number of ports.
/// </summary>
internal readonly record struct BudgetKey
{
    private const int HostBitsOfV6 = 64;

    private BudgetKey(CompactEndPoint network) => Network = network;

    /// <summary>The address, or the first address of the network, with port 0.</summary>
    public CompactEndPoint Network { get; }

    /// <summary>
    /// Whether many hosts may share it: it is this machine, or in a private network, where containers, tunnels and forwarded ports let many hosts
    /// appear under one address. The first IPv6 network (::/64) contains only the loopback address.
    /// </summary>
    public bool IsShared => AddressFacts.IsLocal(Network) || Network.Host == 0;

    /// <summary>The key of an address.</summary>
    public static BudgetKey Of(IPAddress address) => Of(CompactEndPoint.From(address, 0));

    /// <summary>The key of an end point's address.</summary>
    public static BudgetKey Of(CompactEndPoint endPoint) => new(endPoint.IsV6
        ? new CompactEndPoint(endPoint.Host >> HostBitsOfV6 << HostBitsOfV6, 0, IsV6: true)
        : endPoint.WithoutPort);

    /// <summary>The address or network in text form.</summary>
    public override string ToString() => Network.IsV6 ? $"{Network.ToEndPoint().Address}/{HostBitsOfV6}" : Network.ToEndPoint().Address.ToString();
}
