using System.Net;

namespace Pieces.Net;

/// <summary>
/// Who shares one budget when something is limited for each host: an IPv4 address, or an IPv6 network of 64 bits, since its owner can use every
/// address in it. Never with a port: ports cost a stranger nothing.
/// </summary>
internal readonly record struct BudgetKey
{
    private const int HostBitsOfV6 = 64;

    private BudgetKey(CompactEndPoint network) => Network = network;

    /// <summary>The address, or the first address of the network, with port 0.</summary>
    public CompactEndPoint Network { get; }

    /// <summary>
    /// Whether many hosts may stand behind it: it is this machine, or in a private network, where containers, tunnels and forwarded ports lend
    /// one address to many. The first network of IPv6 holds the loopback address and no host's.
    /// </summary>
    public bool IsShared => AddressFacts.IsLocal(Network) || Network.Host == 0;

    /// <summary>The key of an address.</summary>
    public static BudgetKey Of(IPAddress address) => Of(CompactEndPoint.From(address, 0));

    /// <summary>The key of an end point's address.</summary>
    public static BudgetKey Of(CompactEndPoint endPoint) => new(endPoint.IsV6
        ? new CompactEndPoint(endPoint.Host >> HostBitsOfV6 << HostBitsOfV6, 0, IsV6: true)
        : endPoint.WithoutPort);

    /// <summary>The address or network, as it is printed.</summary>
    public override string ToString() => Network.IsV6 ? $"{Network.ToEndPoint().Address}/{HostBitsOfV6}" : Network.ToEndPoint().Address.ToString();
}
