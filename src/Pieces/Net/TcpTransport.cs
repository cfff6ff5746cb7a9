using System.Net;
using System.Net.Sockets;
using Serilog;

namespace Pieces.Net;

/// <summary>Peers over TCP, IPv4 and IPv6.</summary>
internal sealed class TcpTransport : ITransport
{
    private readonly LocalBinding? _binding;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Makes a transport.</summary>
    /// <param name="binding">What every socket is bound to, or null for anything.</param>
    /// <param name="timeProvider">Times the pauses of a listener that is out of file descriptors.</param>
    /// <param name="logger">Hears of such pauses.</param>
    public TcpTransport(LocalBinding? binding, TimeProvider timeProvider, ILogger logger)
    {
        _binding = binding;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async ValueTask<ITransportConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        IPEndPoint target = SocketText.Unmapped(remote);
        Socket? socket = null;
        try
        {
            // A socket bound to one family cannot reach the other: never fall back to an unbound one.
            if (_binding is not null && _binding.Address.AddressFamily != target.AddressFamily)
                throw new SocketException((int)SocketError.AddressFamilyNotSupported);
            socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _binding?.Bind(socket, 0);
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new TcpTransportConnection(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException($"cannot connect to {target}: {SocketText.Of(e)}", e);
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ITransportListener Listen(IPAddress? address, int firstPort, int lastPort)
    {
        LocalBinding? local = address is null ? _binding : new LocalBinding(address);
        if (firstPort == 0)
            lastPort = 0;
        SocketException? failure = null;
        for (int port = firstPort; port <= lastPort; port++)
        {
            try
            {
                return new TcpTransportListener(Open(local, port), _timeProvider, _logger);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                failure = e;
            }
            catch (SocketException e)
            {
                throw new IOException($"cannot listen on {local?.Address ?? IPAddress.Any} port {port}: {SocketText.Of(e)}", e);
            }
        }

        string ports = firstPort == lastPort ? $"port {firstPort}" : $"any port from {firstPort} to {lastPort}";
        throw new IOException($"cannot listen on {ports}: {(failure is null ? "the range is empty" : SocketText.Of(failure))}", failure);
    }

    // No address means both families on one socket; a system without IPv6 gets IPv4 alone.
    private static Socket Open(LocalBinding? local, int port)
    {
        if (local is not null)
            return Open(local.Address.AddressFamily, socket => local.Bind(socket, port));
        if (!Socket.OSSupportsIPv6)
            return Open(AddressFamily.InterNetwork, socket => socket.Bind(new IPEndPoint(IPAddress.Any, port)));
        try
        {
            return Open(AddressFamily.InterNetworkV6, socket =>
            {
                socket.DualMode = true;
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            });
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            return Open(AddressFamily.InterNetwork, socket => socket.Bind(new IPEndPoint(IPAddress.Any, port)));
        }
    }

    private static Socket Open(AddressFamily family, Action<Socket> bind)
    {
        const int Backlog = 128;
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            bind(socket);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}
