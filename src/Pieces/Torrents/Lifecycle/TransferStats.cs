using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Torrents.Downloading;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Counts what goes in and out of a torrent, and draws its snapshots. Owned by the torrent's loop.</summary>
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
    private PieceMap? _map;
    private int _mapped;

    /// <summary>Begins to count; the torrent's transfer begins now.</summary>
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

    /// <summary>Bytes of the wanted pieces.</summary>
    public long BytesWanted { get; }

    /// <summary>Pieces that are not here and will not be, since nothing is fetched.</summary>
    public int PiecesNotServed { get; init; }

    /// <summary>The present timestamp.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Payload sent, in bytes.</summary>
    public long Uploaded => _uploaded.Total;

    /// <summary>Time since a block went out, or since the beginning.</summary>
    public TimeSpan SinceUpload => _time.GetElapsedTime(_lastUploadAt);

    /// <summary>Blocks went out to a peer.</summary>
    public void OnUploaded(PeerState? peer, long bytes)
    {
        long now = _time.GetTimestamp();
        _lastUploadAt = now;
        _uploaded.Add(bytes, now);
        peer?.Uploaded.Add(bytes, now);
    }

    /// <summary>The present state.</summary>
    /// <param name="phase">The torrent's phase.</param>
    /// <param name="completedAt">When it became complete, as a timestamp; null before.</param>
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

    // Drawn anew only when a piece has come: a map is shared by the snapshots between.
    private PieceMap Map()
    {
        if (_map is null || _mapped != _pieces.Have.Count)
        {
            _map = PieceMap.Of(_pieces.Have);
            _mapped = _pieces.Have.Count;
        }

        return _map;
    }

    private static TimeSpan? EtaOf(long left, double rate)
    {
        double seconds = rate > 0 ? left / rate : double.PositiveInfinity;

        // Beyond a year it says nothing any more.
        return seconds < TimeSpan.FromDays(365).TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
