using Microsoft.Extensions.Logging;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Discovery;

/// <summary>Receives a datagram of the local network.</summary>
/// <param name="datagram">Its bytes, valid during the call only.</param>
/// <param name="from">The sender.</param>
/// <param name="isFromGroup">Whether it was certainly sent to the multicast group, and not to this machine's own address.</param>
internal delegate void LocalHearing(ReadOnlySpan<byte> datagram, CompactEndPoint from, bool isFromGroup);

/// <summary>The multicast sockets on this machine's interfaces, opened and closed as interfaces appear and disappear. Safe for all threads.</summary>
internal sealed class LocalListeners : IAsyncDisposable
{
    private readonly ILocalNetwork _network;
    private readonly LocalHearing _hear;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<Task> _closing = [];
    private List<Listener> _listeners = [];
    private string? _description;
    private bool _isDisposed;

    /// <summary>Creates an instance without sockets.</summary>
    public LocalListeners(ILocalNetwork network, LocalHearing hear, TimeProvider timeProvider, ILogger logger)
    {
        _network = network;
        _hear = hear;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>Opens all sockets again if the interfaces have changed.</summary>
    public void Follow()
    {
        try
        {
            string description = _network.Describe();
            lock (_gate)
            {
                if (_isDisposed || description == _description)
                    return;
                _description = description;
                _closing.RemoveAll(task => task.IsCompleted);
                _closing.AddRange(_listeners.Select(listener => listener.DisposeAsync().AsTask()));
                _listeners = [.. _network.Open(Tell).Select(socket => new Listener(socket, _hear, _timeProvider, _logger))];
            }
        }
        catch (IOException e)
        {
            Tell(e.Message);
        }
    }

    /// <summary>Sends an announcement on every interface.</summary>
    public void Send(LocalAnnouncement announcement)
    {
        lock (_gate)
        {
            foreach (Listener listener in _listeners)
                listener.Send(announcement);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task closed;
        lock (_gate)
        {
            _isDisposed = true;
            closed = Task.WhenAll([.. _closing, .. _listeners.Select(listener => listener.DisposeAsync().AsTask())]);
            _listeners = [];
        }

        await closed.ConfigureAwait(false);
    }

    private void Tell(string fault) => _logger.Information("no peer discovery on the local network: {Fault}", fault);

    private sealed class Listener : IAsyncDisposable
    {
        private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

        private readonly LocalSocket _local;
        private readonly LocalHearing _hear;
        private readonly TimeProvider _timeProvider;
        private readonly ILogger _logger;
        private readonly CancellationTokenSource _closing = new();
        private readonly Task _run;

        public Listener(LocalSocket local, LocalHearing hear, TimeProvider timeProvider, ILogger logger)
        {
            _local = local;
            _hear = hear;
            _timeProvider = timeProvider;
            _logger = logger;
            _run = Task.Run(() => ReadAsync(_closing.Token));
        }

        public void Send(LocalAnnouncement announcement)
        {
            string host = _local.Group.ToString();
            if (!_local.Socket.TrySend(announcement.Write(host), _local.Group))
                _logger.Debug("an announce to {Group} on the local network could not be sent", host);
        }

        public async ValueTask DisposeAsync()
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            await _run.ConfigureAwait(false);
            _local.Socket.Dispose();
            _closing.Dispose();
        }

        private async Task ReadAsync(CancellationToken closing)
        {
            byte[] buffer = new byte[LocalAnnouncement.MaxLength + 1];
            while (!closing.IsCancellationRequested)
            {
                try
                {
                    (int length, CompactEndPoint from) = await _local.Socket.ReceiveAsync(buffer, closing).ConfigureAwait(false);
                    _hear(buffer.AsSpan(0, length), from, _local.HearsGroupAlone);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (IOException e)
                {
                    _logger.Debug("local network: {Reason}", e.Message);
                    await Task.Delay(Rest, _timeProvider, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }
}
