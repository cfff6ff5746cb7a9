using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Pieces.Net;

/// <summary>
/// What every socket is bound to, so that nothing leaves by another way. The address holds everywhere; on Linux a socket is tied to the device as well,
/// where the system allows (since 5.7 to everybody). Names of hosts are looked up by the system, which is not bound.
/// </summary>
/// <param name="Address">An address of this machine.</param>
/// <param name="Device">Name of the interface, or null when only the address was given.</param>
public sealed record LocalBinding(IPAddress Address, string? Device = null)
{
    private const int SocketLevel = 1;
    private const int BindToDevice = 25;

    /// <summary>Connects a bound TCP socket to the first address of a host that fits and answers.</summary>
    /// <exception cref="SocketException">None does.</exception>
    public async Task<Stream> ConnectAsync(DnsEndPoint remote, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(remote);
        IPAddress[] addresses = IPAddress.TryParse(remote.Host.Trim('[', ']'), out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(remote.Host, cancellationToken).ConfigureAwait(false);
        var failure = new SocketException((int)SocketError.AddressFamilyNotSupported);
        foreach (IPAddress address in addresses)
        {
            if (address.AddressFamily != Address.AddressFamily)
                continue;
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                Bind(socket, 0);
                await socket.ConnectAsync(new IPEndPoint(address, remote.Port), cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                failure = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure;
    }

    /// <summary>Why sockets can be bound no more, in a few words; null when they can. It asks the system alone and is quick.</summary>
    public string? Fault()
    {
        try
        {
            using var probe = new Socket(Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (Tie(probe) is { } fault)
                return fault;
            bool isTied = Device is not null && OperatingSystem.IsLinux() && MayTie(probe);
            probe.Bind(new IPEndPoint(Address, 0));

            // What is tied to a device whose link is down cannot leave elsewhere, and waits. An address alone could be taken along to another device.
            return isTied || IPAddress.IsLoopback(Address) ? null : FaultOfLink();
        }
        catch (SocketException e)
        {
            return SocketText.Of(e);
        }
        catch (NetworkInformationException e)
        {
            return $"the system does not say which interfaces there are: {e.Message}";
        }
    }

    /// <summary>Binds a socket.</summary>
    /// <exception cref="SocketException">The interface or the address is gone, or the port is taken.</exception>
    internal void Bind(Socket socket, int port)
    {
        if (Tie(socket) is not null)
            throw new SocketException((int)SocketError.AddressNotAvailable);
        socket.Bind(new IPEndPoint(Address, port));
    }

    /// <summary>Ties a socket to the device, and says why that failed; a system that does not allow it is no failure.</summary>
    internal string? Tie(Socket socket)
    {
        if (Device is null || !OperatingSystem.IsLinux())
            return null;
        try
        {
            socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.UTF8.GetBytes(Device + '\0'));
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied ? null : "no such interface";
        }
    }

    // Only a socket that is tied has the name of a device.
    private static bool MayTie(Socket socket)
    {
        Span<byte> name = stackalloc byte[16];
        return socket.GetRawSocketOption(SocketLevel, BindToDevice, name) > 0;
    }

    private string? FaultOfLink()
    {
        foreach (NetworkInterface candidate in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (UnicastIPAddressInformation unicast in candidate.GetIPProperties().UnicastAddresses)
            {
                if (unicast.Address.Equals(Address))
                    return candidate.OperationalStatus == OperationalStatus.Down ? $"{candidate.Name} is down" : null;
            }
        }

        return "no interface has the address";
    }
}
