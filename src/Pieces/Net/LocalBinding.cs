using System.Net;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>
/// The local end of every socket: an address, and on Linux also the network interface, so that no traffic leaves by another way. Linux allows every
/// user to bind a socket to an interface since version 5.7; where it is not allowed, the address alone holds. The system resolves host names, and its
/// own queries are not bound.
/// </summary>
/// <param name="Address">An address of this machine.</param>
/// <param name="Device">Name of the interface, or null when only the address was given.</param>
public sealed record LocalBinding(IPAddress Address, string? Device = null)
{
    /// <summary>Connects a bound TCP socket to the first address of a host that fits and replies.</summary>
    /// <exception cref="SocketException">None does.</exception>
    public async Task<Stream> ConnectAsync(DnsEndPoint remote, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var outbound = new Outbound(this);
        IPAddress[] addresses = await outbound.ResolveReachableAsync(remote.Host, cancellationToken).ConfigureAwait(false);
        for (int i = 0; ; i++)
        {
            try
            {
                Socket socket = await outbound.ConnectAsync(new IPEndPoint(addresses[i], remote.Port), cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                // The next address may reply; the caller gets the last one's error.
            }
        }
    }
}
