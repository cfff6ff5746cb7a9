using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Torrents.Downloading;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Counts the transferred bytes of a torrent, and creates its snapshots. Owned by the torrent's loop.</summary>
internal sealed class TransferStats
{
    private const int RateSeconds = 5;

    private readonly PieceManager _pieces;
    private readonly PeerPool _pool;
    private readonly PeerBook _book;
    private readonly TimeProvider _time;
    private readonly RateMeter _uploaded;
    private readonly long _startedAt;
    private long _lastUploadAt;
    private CompletionMap? _map;
    private int _mapped;

    /// <summary>Creates an instance at the start of the transfer.</summary>
    public TransferStats(PieceManager pieces, PeerPool pool, PeerBook book, TimeProvider time, long bytesWanted)
    {
        _pieces = pieces;
        _pool = pool;
        _book = book;
        _time = time;
        BytesWanted = bytesWanted;
        _startedAt = _lastUploadAt = time.GetTimestamp();
        _uploaded = new RateMeter(time, _startedAt, RateSeconds);
    }

    /// <summary>Total length of the wanted pieces, in bytes.</summary>
    public long BytesWanted { get; }

    /// <summary>Number of selected pieces that are missing and will not be downloaded, because the torrent only seeds.</summary>
    public int PiecesNotServed { get; init; }

    /// <summary>The current timestamp.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Payload bytes sent.</summary>
    public long Uploaded => _uploaded.Total;

    /// <summary>Time since the last block was sent, or since the start of the transfer.</summary>
    public TimeSpan SinceUpload => _time.GetElapsedTime(_lastUploadAt);

    /// <summary>Blocks were sent to a peer. The peer is null if it has left since.</summary>
    public void OnUploaded(PeerState? peer, long bytes)
    {
        long now = _time.GetTimestamp();
        _lastUploadAt = now;
        _uploaded.Add(bytes, now);
        peer?.Uploaded.Add(bytes, now);
    }

    /// <summary>Creates a snapshot of the current state.</summary>
    /// <param name="phase">The torrent's phase.</param>
    /// <param name="completedAt">Timestamp of completion; null before.</param>
    public TorrentSnapshot Draw(TorrentPhase phase, long? completedAt)
    {
        long now = _time.GetTimestamp();
        double rate = _pieces.Received.BytesPerSecond(now);
        int seeds = 0;
        foreach (PeerState peer in _pool.Peers)
        {
            if (peer.Pieces.HasAll)
                seeds++;
        }

        return new TorrentSnapshot
        {
            Phase = phase,
            BytesWanted = BytesWanted,
            BytesVerified = BytesWanted - _pieces.BytesLeft,
            PiecesHave = _pieces.Have.Count,
            PiecesMissing = _pieces.PiecesLeft + PiecesNotServed,
            Map = Map(),
            Downloaded = _pieces.Received.Total,
            Uploaded = _uploaded.Total,
            Wasted = _pieces.Wasted,
            DownloadRate = rate,
            UploadRate = _uploaded.BytesPerSecond(now),
            ConnectedPeers = _pool.Peers.Count,
            ConnectedSeeds = seeds,
            KnownPeers = _book.Count,
            BannedPeers = _book.Banned,
            Elapsed = _time.GetElapsedTime(_startedAt, now),
            CompletedAfter = completedAt is { } at ? _time.GetElapsedTime(_startedAt, at) : null,
            Eta = _pieces.BytesLeft == 0 ? TimeSpan.Zero : EtaOf(_pieces.BytesLeft, rate),
        };
    }

    // The map is created again only when the number of pieces has changed. The snapshots in between share it.
    private CompletionMap Map()
    {
        if (_map is null || _mapped != _pieces.Have.Count)
        {
            _map = CompletionMap.Of(_pieces.Have);
            _mapped = _pieces.Have.Count;
        }

        return _map;
    }

    private static TimeSpan? EtaOf(long left, double rate)
    {
        double seconds = rate > 0 ? left / rate : double.PositiveInfinity;

        // An estimate beyond a year is meaningless.
        return seconds < TimeSpan.FromDays(365).TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
