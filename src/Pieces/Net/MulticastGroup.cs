using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>An address that whoever wants may listen to, with its port.</summary>
/// <param name="EndPoint">The group.</param>
internal sealed record MulticastGroup(IPEndPoint EndPoint)
{
    /// <summary>A link, an interface of this machine that leads there.</summary>
    /// <param name="Index">Its number in the system, for the group's family.</param>
    /// <param name="Address">Its address there.</param>
    public readonly record struct Link(int Index, IPAddress Address);

    private bool IsV6 => EndPoint.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The interfaces through which the group can be reached now, at most <paramref name="most"/>.</summary>
    /// <param name="binding">What every socket is bound to, or null for all.</param>
    /// <param name="most">So many; a machine of a thousand containers has as many interfaces.</param>
    /// <exception cref="IOException">The system does not say which interfaces there are.</exception>
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
            throw new IOException($"the system does not say which interfaces there are: {e.Message}", e);
        }

        return links;
    }

    /// <summary>
    /// Opens a socket that sends to the group and receives from it through one interface; other programs on this machine may do the same.
    /// </summary>
    /// <exception cref="IOException">The port is taken by a program that does not share it, or the interface is gone.</exception>
    public UdpDatagramSocket Open(Link link, Outbound outbound) => outbound.OpenMulticast(EndPoint.AddressFamily, socket =>
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);

        // A socket bound to the group receives nothing that was sent to this machine alone. Windows cannot do that.
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
