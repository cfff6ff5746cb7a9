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
/// The one way into a torrent's loop: everything below reports here. What strangers send waits for room (<see cref="OpenBatches"/>), which
/// closes the window of their sockets; what we asked for ourselves is bounded by what was asked, and never waits.
/// </summary>
[SuppressMessage("Reliability", "CA1001:Types that own disposable fields should be disposable",
    Justification = "The semaphore holds nothing of the system, and a connection's last words may come when the torrent is over.")]
internal sealed class TorrentInbox : IPeerSink, IDiskSink, ITrackerSink, ILocalSink
{
    /// <summary>Reads of peers that may wait for the loop at one time, over all connections of a torrent. Their bytes are bounded by
    /// <see cref="InboxRoom"/>.</summary>
    public const int OpenBatches = 64;

    private readonly Channel<TorrentEvent> _channel =
        Channel.CreateUnbounded<TorrentEvent>(new UnboundedChannelOptions { SingleReader = true });

    private readonly SemaphoreSlim _room = new(OpenBatches, OpenBatches);
    private readonly InboxRoom _bytes;
    private readonly TaskSet _abandoned = new();
    private AnnounceCountersBox _counters = new(default);
    private bool _usesDht;

    /// <summary>Makes an empty inbox.</summary>
    /// <param name="bytes">Bounds the bytes that wait in the inboxes of all torrents of the client; null for a bound of its own.</param>
    public TorrentInbox(InboxRoom? bytes = null) => _bytes = bytes ?? new InboxRoom();

    /// <inheritdoc/>
    public AnnounceCounters Counters
    {
        get => Volatile.Read(ref _counters).Value;
        set => Volatile.Write(ref _counters, new AnnounceCountersBox(value));
    }

    /// <summary>Our peer id in the swarm of this torrent, and of no other.</summary>
    public PeerId OwnId { get; init; }

    /// <summary>Whether the torrent takes part in the DHT, as handshakes say; set by its loop, read by any thread.</summary>
    public bool UsesDht
    {
        get => Volatile.Read(ref _usesDht);
        set => Volatile.Write(ref _usesDht, value);
    }

    /// <summary>Puts an event in; after <see cref="Close"/> it is dropped, and what it owns is given back.</summary>
    public void Post(TorrentEvent e)
    {
        if (!_channel.Writer.TryWrite(e))
            Discard(e);
    }

    /// <summary>Takes the next event if there is one.</summary>
    public bool TryTake(out TorrentEvent? e) => _channel.Reader.TryRead(out e);

    /// <summary>Waits until there is an event; false once closed and empty.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The loop has dealt with one batch of a peer's messages.</summary>
    public void BatchDone(PeerBatch batch)
    {
        _bytes.Leave(batch.Bytes);
        _room.Release();
    }

    /// <summary>Takes nothing more, and gives back what waiting events own.</summary>
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

    /// <summary>Ends when the streams of peers that came too late are closed.</summary>
    public Task WhenAbandonedAsync() => _abandoned.WhenAllAsync();

    /// <summary>Gives back what an event owns that nobody will deal with.</summary>
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
