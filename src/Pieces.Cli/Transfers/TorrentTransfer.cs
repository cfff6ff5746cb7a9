using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Adapts a torrent of the library to <see cref="ITransfer"/>.</summary>
internal sealed class TorrentTransfer : ITransfer
{
    private readonly Torrent _torrent;

    public TorrentTransfer(Torrent torrent) => _torrent = torrent;

    /// <inheritdoc/>
    public TorrentSnapshot Snapshot => _torrent.Snapshot;

    /// <inheritdoc/>
    public Task Completion => _torrent.Completion;

    /// <inheritdoc/>
    public Task Stopped => _torrent.Stopped;

    /// <inheritdoc/>
    public void AddTrackers(IReadOnlyList<string> urls) => _torrent.AddTrackers(urls);

    /// <inheritdoc/>
    public Task StopAsync() => _torrent.StopAsync();
}
