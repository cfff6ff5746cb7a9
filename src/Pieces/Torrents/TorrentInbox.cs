using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Threading.Channels;
using Pieces.Discovery;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Trackers;

namespace Pieces.Torrents;

/// <summary>
/// The only input of a torrent's loop: all components report here. Messages of peers wait for room (<see cref="OpenBatches"/>), which closes the TCP
/// receive windows of their connections. Events that result from our own requests are bounded by the number of requests, and never wait.
/// </summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The semaphore holds nothing of the system, and a connection's last words may come when the torrent is over.")]
internal sealed class TorrentInbox : IPeerSink, IDiskSink, ITrackerSink, ILocalSink
{
    /// <summary>
    /// Maximum number of message batches of peers that may wait for the loop, over all connections of a torrent. Their bytes are limited by
    /// <see cref="InboxRoom"/>.
    /// </summary>
    public const int OpenBatches = 64;

    private readonly Channel<TorrentEvent> _channel =
        Channel.CreateUnbounded<TorrentEvent>(new UnboundedChannelOptions { SingleReader = true });

    private readonly SemaphoreSlim _room = new(OpenBatches, OpenBatches);
    private readonly InboxRoom _bytes;
    private readonly TaskSet _abandoned = new();
    private AnnounceCountersBox _counters = new(default);
    private bool _usesDht;

    /// <summary>Creates an empty inbox.</summary>
    /// <param name="bytes">Limits the bytes that wait in the inboxes of all torrents of the client; null for a limit of its own.</param>
    public TorrentInbox(InboxRoom? bytes = null) => _bytes = bytes ?? new InboxRoom();

    /// <inheritdoc/>
    public AnnounceCounters Counters
    {
        get => Volatile.Read(ref _counters).Value;
        set => Volatile.Write(ref _counters, new AnnounceCountersBox(value));
    }

    /// <summary>Our peer id in the swarm of this torrent. Every torrent has a different one.</summary>
    public PeerId OwnId { get; init; }

    /// <summary>Whether the torrent takes part in the DHT, as announced in handshakes. Set by its loop, read by any thread.</summary>
    public bool UsesDht
    {
        get => Volatile.Read(ref _usesDht);
        set => Volatile.Write(ref _usesDht, value);
    }

    /// <summary>Adds an event. After <see cref="Close"/>, the event is dropped and the resources it owns are released.</summary>
    public void Post(TorrentEvent e)
    {
        if (!_channel.Writer.TryWrite(e))
            Discard(e);
    }

    /// <summary>Takes the next event if there is one.</summary>
    public bool TryTake(out TorrentEvent? e) => _channel.Reader.TryRead(out e);

    /// <summary>Waits until there is an event; false once closed and empty.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The loop has handled one batch of a peer's messages.</summary>
    public void BatchDone(PeerBatch batch)
    {
        _bytes.Leave(batch.Bytes);
        _room.Release();
    }

    /// <summary>Accepts no more events, and releases the resources of the waiting ones.</summary>
    public void Close()
    {
        _channel.Writer.TryComplete();
        while (_channel.Reader.TryRead(out TorrentEvent? e))
            Discard(e);
    }

    /// <inheritdoc/>
    public async ValueTask OnMessagesAsync(PeerConnection peer, PeerBatch batch, CancellationToken cancellationToken)
    {
        bool hasPlace = false;
        try
        {
            await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
            hasPlace = true;
            await _bytes.EnterAsync(batch.Bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (hasPlace)
                _room.Release();
            batch.Dispose();
            throw;
        }

        Post(new PeerSaid(peer, batch));
    }

    /// <inheritdoc/>
    public void OnUploaded(PeerConnection peer, int blocks, long bytes) => Post(new PeerTook(peer, blocks, bytes));

    /// <inheritdoc/>
    public void OnClosed(PeerConnection peer, string reason, bool isProtocolError) => Post(new PeerGone(peer, reason, isProtocolError));

    /// <inheritdoc/>
    public void OnDisk(DiskEvent verdict) => Post(new DiskSaid(verdict));

    /// <inheritdoc/>
    public void OnPeersFound(string url, IReadOnlyList<IPEndPoint> peers) => Post(new PeersFound(peers, PeerOrigin.Tracker) { Teller = url });

    /// <inheritdoc/>
    public void OnNamesFound(IReadOnlyList<DnsEndPoint> names, AddressReach tracker) => Post(new NamesFound(names, tracker));

    /// <inheritdoc/>
    public void OnLocalPeer(IPEndPoint peer) => Post(new PeersFound([peer], PeerOrigin.Local));

    /// <inheritdoc/>
    public void OnTrackerStatus(string url, int peers, string? error) => Post(new TrackerSaid(url, peers, error));

    /// <inheritdoc/>
    public void OnTrackerWarning(string url, string message) => Post(new TrackerWarned(url, message));

    /// <summary>Completes when the connections that arrived too late are closed.</summary>
    public Task WhenAbandonedAsync() => _abandoned.WhenAllAsync();

    /// <summary>Releases the resources of an event that will not be handled.</summary>
    public void Discard(TorrentEvent e)
    {
        switch (e)
        {
            case PeerSaid said:
                said.Batch.Dispose();
                BatchDone(said.Batch);
                break;
            case PeerArrived arrived:
                _abandoned.Add(arrived.Peer.Transport.DisposeAsync().AsTask());
                break;
        }
    }

    private sealed record AnnounceCountersBox(AnnounceCounters Value);
}
