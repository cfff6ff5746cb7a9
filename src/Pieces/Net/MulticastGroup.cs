using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>A multicast group and its port.</summary>
/// <param name="EndPoint">Address and port of the group.</param>
internal sealed record MulticastGroup(IPEndPoint EndPoint)
{
    /// <summary>An interface of this machine through which the group can be reached.</summary>
    /// <param name="Index">The interface's number in the system, for the group's address family.</param>
    /// <param name="Address">Our address on the interface.</param>
    public readonly record struct Link(int Index, IPAddress Address);

    private bool IsV6 => EndPoint.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The interfaces through which the group can be reached now, at most <paramref name="most"/>.</summary>
    /// <param name="binding">The binding of every socket, or null for all interfaces.</param>
    /// <param name="most">Maximum number of interfaces; a machine with a thousand containers has a thousand interfaces.</param>
    /// <exception cref="IOException">The system does not list its interfaces.</exception>
    public IReadOnlyList<Link> Links(LocalBinding? binding, int most)
    {
        var links = new List<Link>();
        try
        {
            foreach (NetworkInterface candidate in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (links.Count < most && candidate.OperationalStatus != OperationalStatus.Down && candidate.SupportsMulticast
                    && LinkOf(candidate, binding) is { } link)
                {
                    links.Add(link);
                }
            }
        }
        catch (NetworkInformationException e)
        {
            throw new IOException($"the network interfaces cannot be listed: {e.Message}", e);
        }

        return links;
    }

    /// <summary>
    /// Opens a socket that sends to the group and receives from it through one interface; other programs on this machine may do the same.
    /// </summary>
    /// <exception cref="IOException">The port is in use by a program that does not share it, or the interface no longer exists.</exception>
    public UdpDatagramSocket Open(Link link, Outbound outbound) => outbound.OpenMulticast(EndPoint.AddressFamily, socket =>
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);

        // A socket bound to the group address receives no datagrams sent to this machine's own addresses. Windows does not support this.
        IPAddress any = IsV6 ? IPAddress.IPv6Any : IPAddress.Any;
        socket.Bind(OperatingSystem.IsWindows() ? new IPEndPoint(any, EndPoint.Port) : EndPoint);
        Join(socket, link);
    });

    private void Join(Socket socket, Link link)
    {
        if (IsV6)
        {
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, link.Index);
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(EndPoint.Address, link.Index));
        }
        else
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(link.Index));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(EndPoint.Address, link.Index));
        }
    }

    private Link? LinkOf(NetworkInterface candidate, LocalBinding? binding)
    {
        IPInterfaceProperties properties = candidate.GetIPProperties();
        foreach (UnicastIPAddressInformation unicast in properties.UnicastAddresses)
        {
            bool isOurs = unicast.Address.AddressFamily == EndPoint.AddressFamily && (binding is null || binding.Address.Equals(unicast.Address));
            if (!isOurs)
                continue;
            int index = IsV6 ? properties.GetIPv6Properties().Index : properties.GetIPv4Properties().Index;
            return new Link(index, unicast.Address);
        }

        return null;
    }
}
