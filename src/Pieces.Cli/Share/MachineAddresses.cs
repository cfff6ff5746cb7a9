using System.Net;
using System.Net.NetworkInformation;
using Pieces.Net;

namespace Pieces.Cli.Share;

/// <summary>The IP addresses of a machine.</summary>
internal interface IMachineAddresses
{
    /// <summary>Returns the addresses of all interfaces that are up.</summary>
    IEnumerable<IPAddress> All();

    /// <summary>Returns the source addresses of outgoing traffic: one for each address family with a route to the internet.</summary>
    IReadOnlyCollection<IPAddress> Outward();
}

/// <summary>The IP addresses of this machine.</summary>
internal sealed class MachineAddresses : IMachineAddresses
{
    // Addresses for documentation (RFC 5737, RFC 3849). Connecting a datagram socket to them reveals the local address of the route. Nothing is sent.
    private static readonly IPAddress[] Far = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")];

    /// <inheritdoc/>
    public IEnumerable<IPAddress> All() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus is not
            (OperationalStatus.Down or OperationalStatus.NotPresent or OperationalStatus.LowerLayerDown))
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address);

    /// <inheritdoc/>
    public IReadOnlyCollection<IPAddress> Outward() => [.. Far.Select(NetworkProbe.AddressTowards).OfType<IPAddress>()];
}
