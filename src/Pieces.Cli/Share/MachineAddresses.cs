using System.Net;
using System.Net.NetworkInformation;
using Pieces.Net;

namespace Pieces.Cli.Share;

/// <summary>The addresses that a machine has.</summary>
internal interface IMachineAddresses
{
    /// <summary>Those of all interfaces that are up, of whatever kind.</summary>
    IEnumerable<IPAddress> All();

    /// <summary>Those by which it goes out to the world: one for each family that leads there.</summary>
    IReadOnlyCollection<IPAddress> Outward();
}

/// <summary>Those of the machine that this runs on.</summary>
internal sealed class MachineAddresses : IMachineAddresses
{
    // Addresses for documentation (RFC 5737, 3849): a socket that is to send there shows by which address the machine goes out, and nothing is sent.
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
