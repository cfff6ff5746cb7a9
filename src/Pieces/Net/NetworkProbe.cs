using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>Queries the system for this machine's own addresses and routes. Sends nothing.</summary>
internal static class NetworkProbe
{
    private const int DiscardPort = 9;

    /// <summary>Why sockets can no longer be bound, in a few words; null if they can. Quick, because nothing is sent.</summary>
    public static string? FaultOf(LocalBinding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        try
        {
            using Socket probe = Outbound.NewSocket(binding.Address.AddressFamily, SocketType.Dgram);
            if (binding.DeviceFault(probe) is { } fault)
                return fault;
            bool hasDevice = binding.Device is not null && SocketBinding.HasDevice(probe);
            probe.Bind(new IPEndPoint(binding.Address, 0));

            // A socket that is bound to an interface waits while the link is down, and never sends through another interface. A socket that is bound
            // to an address only could send through another interface if the link is down or the address has moved, so the link is checked.
            return hasDevice || IPAddress.IsLoopback(binding.Address) ? null : LinkFaultOf(binding.Address);
        }
        catch (SocketException e)
        {
            return SocketText.Of(e);
        }
        catch (NetworkInformationException e)
        {
            return $"the network interfaces cannot be listed: {e.Message}";
        }
    }

    /// <summary>Checks that a TCP socket can be bound to an address.</summary>
    /// <exception cref="SocketException">No socket can be bound to it, because this machine does not have the address.</exception>
    public static void CheckBind(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        using Socket probe = Outbound.NewSocket(address.AddressFamily, SocketType.Stream);
        probe.Bind(new IPEndPoint(address, 0));
    }

    /// <summary>Our local address on the route to <paramref name="remote"/>, or null if there is no route.</summary>
    public static IPAddress? AddressTowards(IPAddress remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        try
        {
            // Connecting a UDP socket determines the route and sends nothing.
            using Socket probe = Outbound.NewSocket(remote.AddressFamily, SocketType.Dgram);
            probe.Connect(remote, DiscardPort);
            return (probe.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static string? LinkFaultOf(IPAddress address)
    {
        foreach (NetworkInterface candidate in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (UnicastIPAddressInformation unicast in candidate.GetIPProperties().UnicastAddresses)
            {
                if (unicast.Address.Equals(address))
                    return candidate.OperationalStatus == OperationalStatus.Down ? $"{candidate.Name} is down" : null;
            }
        }

        return "no interface has the address";
    }
}
