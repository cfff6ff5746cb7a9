using System.Net;
using System.Net.Sockets;
using Pieces.Trackers.Server;
using Serilog;

namespace Pieces.Cli.Tracker;

/// <summary>The UDP part of the tracker: one socket and one task, which handles one datagram at a time.</summary>
internal sealed class UdpListener : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _run = Task.CompletedTask;

    /// <summary>Binds the port.</summary>
    /// <exception cref="SocketException">The port is in use, or the address does not belong to this machine.</exception>
    public UdpListener(IPEndPoint local, ILogger logger)
    {
        _logger = logger;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (local.Address.Equals(IPAddress.IPv6Any))
                _socket.DualMode = true;
            _socket.Bind(local);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>The bound port.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Starts to answer requests. Must be called once.</summary>
    public void Start(UdpAnnounceHandler handler) => _run = Task.Run(() => RunAsync(handler, _stopping.Token));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(UdpAnnounceHandler handler, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[UdpAnnounceHandler.MaxRequestLength];
        var anyone = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received =
                    await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anyone, cancellationToken).ConfigureAwait(false);
                if (handler.Answer(buffer.AsSpan(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint) is { } answer)
                    await _socket.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                // The response could not be delivered, or the datagram exceeded the limit. Continue with the next one.
                _logger.Debug("tracker: no response was sent to a datagram: {Error}", exception.SocketErrorCode);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
