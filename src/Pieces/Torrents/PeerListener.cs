using System.Collections.Concurrent;
using System.Net;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;
using Serilog;

namespace Pieces.Torrents;

/// <summary>Accepts streams for all torrents of a client, and leads each to the torrent that its handshake names.</summary>
internal sealed class PeerListener : IAsyncDisposable
{
    /// <summary>Strangers that may be in the middle of a handshake at one time; more wait in the system's queue.</summary>
    public const int MaxHandshakes = 64;

    /// <summary>Of them from one address, but for loopback: who is silent in many connections must not keep the others out.</summary>
    public const int MaxHandshakesPerAddress = 4;

    /// <summary>Why nothing is exchanged with an address that the <see cref="AddressPolicy"/> does not accept.</summary>
    public const string Blocked = "its address is blocked";

    private readonly ITransportListener _listener;
    private readonly AddressPolicy _addresses;
    private readonly PeerHandshaker _handshaker;
    private readonly Func<InfoHash, TorrentInbox?> _route;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _room = new(MaxHandshakes, MaxHandshakes);
    private readonly TaskSet _handshakes = new();
    private readonly ConcurrentDictionary<IPAddress, int> _perAddress = new();
    private readonly Task _accepting;

    /// <summary>Begins to accept.</summary>
    /// <param name="services">What the client's torrents share.</param>
    /// <param name="listener">Where streams come from; this object's from now on.</param>
    /// <param name="route">The inbox of the torrent that takes peers for an info-hash, or null.</param>
    public PeerListener(TorrentServices services, ITransportListener listener, Func<InfoHash, TorrentInbox?> route)
    {
        _listener = listener;
        _route = route;
        _logger = services.Logger;
        _addresses = services.Addresses;
        _handshaker = new PeerHandshaker(
            services.PeerId, ReservedBits.Own, services.TimeProvider, services.Encryption, hash => route(hash)?.UsesDht == true);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The port.</summary>
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
                _handshakes.Add(AnswerAsync(connection));
            }
        }
        catch (OperationCanceledException)
        {
            _logger.Verbose("listener on port {Port} ends", Port);
        }
        catch (IOException e)
        {
            _logger.Warning("the listener on port {Port} failed, no more peers can connect to us: {Reason}", Port, e.Message);
        }
    }

    private async Task AnswerAsync(ITransportConnection connection)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        IPEndPoint remote = connection.RemoteEndPoint;
        try
        {
            if (_perAddress.AddOrUpdate(remote.Address, 1, static (_, count) => count + 1) > MaxHandshakesPerAddress && !IPAddress.IsLoopback(remote.Address))
                throw new PeerProtocolException($"more than {MaxHandshakesPerAddress} handshakes at one time");
            if (!_addresses.Accepts(remote.Address))
                throw new PeerProtocolException(Blocked);
            HandshakenPeer peer = await _handshaker.AnswerAsync(connection, hash => _route(hash) is not null, _stopping.Token).ConfigureAwait(false);
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
        finally
        {
            if (_perAddress.AddOrUpdate(remote.Address, 0, static (_, count) => count - 1) == 0)
                _perAddress.TryRemove(new KeyValuePair<IPAddress, int>(remote.Address, 0));
            _room.Release();
        }
    }
}
