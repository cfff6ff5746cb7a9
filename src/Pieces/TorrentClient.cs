using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces;

/// <summary>Downloads and seeds torrents; owns what they share: listener, memory budget, disk workers, rate limits.</summary>
public sealed class TorrentClient : IAsyncDisposable
{
    /// <summary>Makes a client; nothing is opened before the first torrent.</summary>
    public TorrentClient(TorrentClientOptions? options = null) => throw new NotImplementedException();

    /// <summary>The port we listen on, or 0 when the listener could not be opened or is not open yet.</summary>
    public int ListenPort => throw new NotImplementedException();

    /// <summary>Starts a torrent. Returns once its lock is taken and its checking has begun.</summary>
    /// <exception cref="Storage.StorageException">The data cannot be opened: in the way, locked, no space, no permission.</exception>
    public Task<Torrent> AddAsync(Metainfo metainfo, TorrentOptions options, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Stops all torrents and gives everything back.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
