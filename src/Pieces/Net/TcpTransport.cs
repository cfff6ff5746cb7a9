using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Pieces.Net;

/// <summary>Connects to and accepts peers over TCP, IPv4 and IPv6.</summary>
internal sealed class TcpTransport : ITransport
{
    private readonly Outbound _outbound;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Creates a transport; nothing is opened.</summary>
    /// <param name="outbound">Opens the sockets.</param>
    /// <param name="timeProvider">Times the pauses of a listener that is out of file descriptors.</param>
    /// <param name="logger">Receives a line for each such pause.</param>
    public TcpTransport(Outbound outbound, TimeProvider timeProvider, ILogger logger)
    {
        _outbound = outbound;
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
            socket = await _outbound.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new TcpTransportConnection(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException($"cannot connect to {target}: {SocketText.Of(e)}", e);
        }
    }

    /// <inheritdoc/>
    public ITransportListener Listen(IPAddress? address, int firstPort, int lastPort)
    {
        if (firstPort == 0)
            lastPort = 0;
        SocketException? failure = null;
        for (int port = firstPort; port <= lastPort; port++)
        {
            try
            {
                return new TcpTransportListener(_outbound.Listen(address, port), _timeProvider, _logger);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                failure = e;
            }
            catch (SocketException e)
            {
                IPAddress local = address ?? _outbound.Binding?.Address ?? IPAddress.Any;
                throw new IOException($"cannot listen on {local} port {port}: {SocketText.Of(e)}", e);
            }
        }

        string ports = firstPort == lastPort ? $"port {firstPort}" : $"any port from {firstPort} to {lastPort}";
        throw new IOException($"cannot listen on {ports}: {(failure is null ? "the range is empty" : SocketText.Of(failure))}", failure);
    }
}
