using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Discovery;

/// <summary>
/// Announces our torrents in the local network, and receives the announcements of others (BEP 14). One instance per client serves all torrents that
/// are not private. It opens no socket before the first torrent. Safe for all threads.
/// </summary>
internal sealed class LocalDiscovery : IAsyncDisposable
{
    /// <summary>Time between two announcements of one torrent (BEP 14: 5 minutes).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>Delay of an announcement, so that torrents started together are announced together.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    private readonly LocalDiscoveryOptions _options;
    private readonly ILogger _logger;
    private readonly string _cookie;
    private readonly Lock _gate = new();
    private readonly Dictionary<SwarmKey, Entry> _torrents = [];
    private readonly LocalCallGate _calls;
    private readonly ITimer _timer;
    private readonly long _madeAt;
    private LocalListeners? _listeners;
    private bool _isDisposed;

    /// <summary>Creates an instance; nothing is sent before the first torrent.</summary>
    public LocalDiscovery(LocalDiscoveryOptions options)
    {
        _options = options;
        _logger = options.Logger;
        _cookie = options.Random.Next().ToString("x8", CultureInfo.InvariantCulture);
        _calls = new LocalCallGate((ulong)options.Random.NextInt64());
        _madeAt = options.TimeProvider.GetTimestamp();
        _timer = options.TimeProvider.CreateTimer(_ => Announce(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Now => _options.TimeProvider.GetElapsedTime(_madeAt);

    /// <summary>Announces a torrent from now on, until <see cref="Remove"/>.</summary>
    public void Add(SwarmKey infoHash, ILocalSink sink)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _torrents[infoHash] = new Entry(sink, new LocalCallers(), Now);
            _timer.Change(Gathering, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Stops announcing a torrent.</summary>
    public void Remove(SwarmKey infoHash)
    {
        lock (_gate)
            _torrents.Remove(infoHash);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        LocalListeners? listeners;
        lock (_gate)
        {
            _isDisposed = true;
            _torrents.Clear();
            listeners = _listeners;
            _listeners = null;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        if (listeners is not null)
            await listeners.DisposeAsync().ConfigureAwait(false);
    }

    // Called on the timer's thread. A slow call may overlap the next one, so due torrents are chosen under the lock and the listeners are
    // thread-safe.
    private void Announce()
    {
        ImmutableArray<SwarmKey> due;
        LocalListeners listeners;
        lock (_gate)
        {
            if (_isDisposed || _torrents.Count == 0)
                return;
            _listeners ??= new LocalListeners(_options.Network, Hear, _options.TimeProvider, _logger);
            listeners = _listeners;
            due = TakeDue();
            TimeSpan next = _torrents.Values.Min(entry => entry.DueAt) - Now;
            _timer.Change(next > Gathering ? next : Gathering, Timeout.InfiniteTimeSpan);
        }

        listeners.Follow();
        int port = _options.Ports.Bound;
        if (port == 0)
            return;
        foreach (SwarmKey[] some in due.Chunk(LocalAnnouncement.MaxInfoHashes))
            listeners.Send(new LocalAnnouncement(port, [.. some], _cookie));
    }

    private ImmutableArray<SwarmKey> TakeDue()
    {
        TimeSpan now = Now;
        ImmutableArray<SwarmKey> due = [.. _torrents.Where(torrent => torrent.Value.DueAt <= now).Select(torrent => torrent.Key)];
        foreach (SwarmKey infoHash in due)
            _torrents[infoHash] = _torrents[infoHash] with { DueAt = now + Interval };
        return due;
    }

    private void Hear(ReadOnlySpan<byte> datagram, CompactEndPoint from, bool isFromGroup)
    {
        // A remote host can send to our port, but not to a multicast group of this network.
        if (!isFromGroup && !AddressFacts.IsLocal(from))
            return;
        TimeSpan now = Now;
        lock (_gate)
        {
            if (!_calls.Reads(from, now))
                return;
        }

        if (LocalAnnouncement.Read(datagram) is not { } heard || heard.Cookie == _cookie)
            return;
        var peer = new IPEndPoint(from.ToEndPoint().Address, heard.Port);
        foreach (SwarmKey infoHash in heard.InfoHashes)
            SinkFor(infoHash, CompactEndPoint.From(peer), now)?.OnLocalPeer(peer);
    }

    // Null if the torrent is not ours or a limit is exceeded.
    private ILocalSink? SinkFor(SwarmKey infoHash, CompactEndPoint caller, TimeSpan now)
    {
        lock (_gate)
            return _torrents.TryGetValue(infoHash, out Entry? entry) && _calls.Hears(now) && entry.Callers.Admits(caller, now) ? entry.Sink : null;
    }

    private sealed record Entry(ILocalSink Sink, LocalCallers Callers, TimeSpan DueAt);
}
