using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pieces.Primitives;

namespace Pieces.Net;

/// <summary>A listening TCP socket.</summary>
internal sealed class TcpTransportListener : ITransportListener
{
    // A failure that recurs at once (such as no free file descriptor) would otherwise make the accept loop spin.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Takes over a listening socket.</summary>
    public TcpTransportListener(Socket socket, TimeProvider timeProvider, ILogger logger)
    {
        _socket = socket;
        _timeProvider = timeProvider;
        _logger = logger;
        Port = SocketText.Unmapped(socket.LocalEndPoint).Port;
    }

    /// <inheritdoc/>
    public int Port { get; }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The listener was closed.</exception>
    public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket? socket = null;
            try
            {
                socket = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                socket.NoDelay = true;
                return new TcpTransportConnection(socket);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                throw new ObjectDisposedException("the listener was closed", e);
            }
            catch (SocketException e)
            {
                _logger.Debug("port {Port}: a connection could not be accepted: {Reason}", Port, SocketText.Of(e));
                bool isOfOneConnection = socket is not null || e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset;
                socket?.Dispose();
                if (!isOfOneConnection)
                    await Task.Delay(PauseAfterFailure, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
