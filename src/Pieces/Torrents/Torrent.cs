using Pieces.Metadata;

namespace Pieces.Torrents;

/// <summary>A torrent of a <see cref="TorrentClient"/>: the public handle. Safe for all threads.</summary>
public sealed class Torrent
{
    /// <summary>What it is about.</summary>
    public Metainfo Metainfo => throw new NotImplementedException();

    /// <summary>The present state.</summary>
    public TorrentSnapshot Snapshot => throw new NotImplementedException();

    /// <summary>
    /// Ends when all wanted pieces are verified and on the disk under their final names; faults with a <see cref="Primitives.PiecesException"/> if the torrent
    /// failed; is cancelled if it was stopped before.
    /// </summary>
    public Task Completion => throw new NotImplementedException();

    /// <summary>Ends when the torrent has stopped altogether: completed without seeding, seeding goal reached, stopped, or failed. Faults as <see cref="Completion"/> does.</summary>
    public Task Stopped => throw new NotImplementedException();

    /// <summary>Whether every tracker refused for good and nothing else may be used.</summary>
    public bool EveryTrackerRefused => throw new NotImplementedException();

    /// <summary>The present state, then again every <paramref name="interval"/>; ends after the state in which it stopped.</summary>
    public IAsyncEnumerable<TorrentSnapshot> WatchAsync(TimeSpan interval, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Stops it: saves the state, tells the trackers (2 s at most), closes the peers; 5 s for all. Ends when that is done.</summary>
    public Task StopAsync() => throw new NotImplementedException();
}
