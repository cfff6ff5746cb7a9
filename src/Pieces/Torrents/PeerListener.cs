using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Accepts inbound connections for all torrents of a client, and routes each to the torrent that its handshake names.</summary>
internal sealed class PeerListener : IAsyncDisposable
{
    /// <summary>Reason for refusing an address that the <see cref="AddressPolicy"/> does not accept.</summary>
    public const string Blocked = "its address is blocked";

    private readonly ITransportListener _listener;
    private readonly AddressPolicy _addresses;
    private readonly PeerHandshaker _handshaker;
    private readonly Func<SwarmKey, TorrentInbox?> _route;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HandshakeRoom _room;
    private readonly TaskSet _handshakes = new();
    private readonly Task _accepting;

    /// <summary>Starts to accept connections.</summary>
    /// <param name="services">The shared services of the client.</param>
    /// <param name="listener">The source of inbound connections. The new object owns it.</param>
    /// <param name="route">Returns the inbox of the torrent that accepts peers for an info-hash, or null.</param>
    public PeerListener(ClientServices services, ITransportListener listener, Func<SwarmKey, TorrentInbox?> route)
    {
        _listener = listener;
        _route = route;
        _logger = services.Logger;
        _addresses = services.Addresses;
        _room = new HandshakeRoom(services.Connections.Handshakes, services.TimeProvider);
        _handshaker = new PeerHandshaker(
            hash => route(hash)?.OwnId ?? throw new PeerProtocolException("its torrent has ended"),
            ReservedBits.Own,
            services.TimeProvider,
            services.Encryption,
            hash => route(hash)?.UsesDht == true);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The port on which connections are accepted.</summary>
    public int Port => _listener.Port;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await _handshakes.WhenAllAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        _room.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stopping.Token).ConfigureAwait(false);
                ITransportConnection connection = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _handshakes.Add(AnswerAsync(connection, _room.Begin(connection.RemoteEndPoint.Address, _stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            _logger.Trace("the listener on port {Port} has stopped", Port);
        }
        catch (IOException e)
        {
            _logger.Warning("the listener on port {Port} failed, and peers can no longer connect to this client: {Reason}", Port, e.Message);
        }
    }

    private async Task AnswerAsync(ITransportConnection connection, HandshakeRoom.Ticket ticket)
    {
        using HandshakeRoom.Ticket place = ticket;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        IPEndPoint remote = connection.RemoteEndPoint;
        try
        {
            if (place.IsOneTooMany)
                throw new PeerProtocolException($"too many concurrent handshakes from {place.Network}");
            if (!_addresses.Accepts(remote.Address))
                throw new PeerProtocolException(Blocked);
            HandshakenPeer peer = await _handshaker.AnswerAsync(connection, hash => _route(hash) is not null, place.Ending).ConfigureAwait(false);
            if (_route(peer.Handshake.InfoHash) is { } inbox)
                inbox.Post(new PeerArrived(peer));
            else
                await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or PiecesException or OperationCanceledException)
        {
            _logger.Debug("{Peer}: inbound connection refused: {Reason}", remote, e.Message);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
