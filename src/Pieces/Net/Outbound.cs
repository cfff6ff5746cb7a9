using System.Net;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>Resolves a host name to its addresses.</summary>
/// <exception cref="SocketException">The name has no address, or no name server replies.</exception>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// The only access to the network: nothing else opens sockets or resolves names. It is created with the binding of all sockets, so no socket can be
/// left unbound by mistake. Immutable; safe for all threads.
/// </summary>
internal sealed class Outbound
{
    private const int ListenBacklog = 128;

    private readonly NameLookups _lookups;
    private readonly HostResolver? _resolve;

    /// <summary>Creates an instance; nothing is opened.</summary>
    /// <param name="binding">The binding of every socket, or null for no restriction.</param>
    /// <param name="resolve">Replaces the system's resolver, for simulations. Default null.</param>
    /// <param name="time">Clock of lookups. Default: the system clock.</param>
    public Outbound(LocalBinding? binding = null, HostResolver? resolve = null, TimeProvider? time = null)
    {
        Binding = binding;
        _resolve = resolve;
        _lookups = new NameLookups(SystemResolve, time ?? TimeProvider.System);
    }

    /// <summary>The binding of every socket, or null for no restriction.</summary>
    public LocalBinding? Binding { get; }

    /// <summary>Returns the addresses of a host, which may be an address in text form. There is at least one.</summary>
    /// <param name="host">The name.</param>
    /// <param name="requester">Source and torrent of the name, which determine its priority.</param>
    /// <param name="cancellationToken">Ends the wait. The lookup itself continues until the system ends it; nothing waits for that.</param>
    /// <exception cref="SocketException">The host has no address, or no name server replies.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, NameRequester requester, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? literal))
            return [literal];
        Task<IPAddress[]> looking = _resolve is { } resolve
            ? resolve(host, cancellationToken)
            : _lookups.ResolveAsync(host, requester, cancellationToken);
        IPAddress[] found = await looking.ConfigureAwait(false);
        return found.Length > 0 ? found : throw new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Returns those addresses of a host that have the family of the bound address. There is at least one.</summary>
    /// <exception cref="SocketException">The host has no address of that family, or no name server replies.</exception>
    public async Task<IPAddress[]> ResolveReachableAsync(string host, NameRequester requester, CancellationToken cancellationToken)
    {
        IPAddress[] all = await ResolveAsync(host, requester, cancellationToken).ConfigureAwait(false);
        IPAddress[] reachable = Array.FindAll(all, address => Reaches(address.AddressFamily));
        return reachable.Length > 0 ? reachable : throw new SocketException((int)SocketError.AddressFamilyNotSupported);
    }

    /// <summary>Opens a TCP connection.</summary>
    /// <exception cref="SocketException">The connection cannot be opened.</exception>
    public Task<Socket> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        // A socket bound to one family cannot reach the other, and an unbound socket must not be used instead.
        if (!Reaches(remote.AddressFamily))
            throw new SocketException((int)SocketError.AddressFamilyNotSupported);
        Socket socket = NewSocket(remote.AddressFamily, SocketType.Stream);
        socket.NoDelay = true;
        return ConnectAsync(socket, remote, cancellationToken);
    }

    /// <summary>Opens a UDP socket that sends to one end point and receives only from there.</summary>
    /// <exception cref="SocketException">The socket cannot be opened.</exception>
    public Task<Socket> ConnectUdpAsync(IPEndPoint remote, CancellationToken cancellationToken) =>
        ConnectAsync(NewSocket(remote.AddressFamily, SocketType.Dgram), remote, cancellationToken);

    /// <summary>Opens a UDP socket of one address family; null if that family is not available.</summary>
    /// <param name="isV6">Whether it is IPv6, else IPv4.</param>
    /// <param name="port">The port; 0 lets the system choose.</param>
    /// <exception cref="IOException">The port is in use, or the interface or its address no longer exists.</exception>
    public IDatagramSocket? OpenUdp(bool isV6, int port)
    {
        AddressFamily family = isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        if (!Reaches(family) || (isV6 && !Socket.OSSupportsIPv6))
            return null;
        return OpenDatagramSocket(family, socket =>
        {
            if (Binding is { } own)
                own.Bind(socket, port);
            else
                socket.Bind(new IPEndPoint(isV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
        });
    }

    /// <summary>
    /// Opens a UDP socket that <paramref name="prepare"/> binds to its address, as multicast requires. The socket is bound to the interface before
    /// that.
    /// </summary>
    /// <exception cref="IOException">The socket cannot be opened, or the interface no longer exists.</exception>
    public UdpDatagramSocket OpenMulticast(AddressFamily family, Action<Socket> prepare) => OpenDatagramSocket(family, socket =>
    {
        if (Binding?.DeviceFault(socket) is { } fault)
            throw new IOException(fault);
        prepare(socket);
    });

    /// <summary>Opens a listening TCP socket.</summary>
    /// <param name="address">The address to listen on instead of the bound one; null for the bound one, or for all addresses if there is no
    /// binding.</param>
    /// <param name="port">The port; 0 lets the system choose.</param>
    /// <exception cref="SocketException">The port is in use, or this machine does not have the address.</exception>
    public Socket Listen(IPAddress? address, int port)
    {
        LocalBinding? local = address is null ? Binding : new LocalBinding(address);
        if (local is not null)
            return Listen(local.Address.AddressFamily, socket => local.Bind(socket, port));
        if (!Socket.OSSupportsIPv6)
            return Listen(AddressFamily.InterNetwork, socket => socket.Bind(new IPEndPoint(IPAddress.Any, port)));
        try
        {
            // One socket for both families; a system without IPv6 uses IPv4 only.
            return Listen(AddressFamily.InterNetworkV6, socket =>
            {
                socket.DualMode = true;
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            });
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            return Listen(AddressFamily.InterNetwork, socket => socket.Bind(new IPEndPoint(IPAddress.Any, port)));
        }
    }

#pragma warning disable RS0030 // The only place that creates sockets and resolves names.
    /// <summary>Creates an unbound socket: for this class, and for <see cref="NetworkProbe"/>, which sends nothing.</summary>
    internal static Socket NewSocket(AddressFamily family, SocketType type) =>
        new(family, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);

    private static IPAddress[] SystemResolve(string host) => Dns.GetHostAddresses(host);
#pragma warning restore RS0030

    private static UdpDatagramSocket OpenDatagramSocket(AddressFamily family, Action<Socket> bind)
    {
        Socket? socket = null;
        try
        {
            socket = NewSocket(family, SocketType.Dgram);
            socket.Blocking = false;
            if (family == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            bind(socket);
            return new UdpDatagramSocket(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException(SocketText.Of(e), e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static Socket Listen(AddressFamily family, Action<Socket> bind)
    {
        Socket socket = NewSocket(family, SocketType.Stream);
        try
        {
            bind(socket);
            socket.Listen(ListenBacklog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Reaches(AddressFamily family) => Binding is null || Binding.Address.AddressFamily == family;

    private async Task<Socket> ConnectAsync(Socket socket, IPEndPoint remote, CancellationToken cancellationToken)
    {
        try
        {
            Binding?.Bind(socket, 0);
            await socket.ConnectAsync(remote, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
