using System.Collections.Immutable;
using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Torrents;
using Serilog;
using Serilog.Extensions.Logging;

namespace Pieces.Cli.Transfers;

/// <summary>Hosts all torrents of a run in one client, with one listener and common limits.</summary>
internal sealed class ClientHost : ITransferHost
{
    private readonly SourceLoader _loader;
    private readonly TorrentClient _client;
    private readonly TorrentOptions _options;
    private readonly LinkCache _links;

    /// <param name="settings">Settings of the torrents.</param>
    /// <param name="loader">Loads the sources. The caller disposes it.</param>
    /// <param name="timeProvider">Source of time.</param>
    /// <param name="logger">Receives the log of the library.</param>
    public ClientHost(TransferSettings settings, SourceLoader loader, TimeProvider timeProvider, ILogger logger)
    {
        _loader = loader;
        _client = new TorrentClient(settings.Client with { TimeProvider = timeProvider, LoggerFactory = new SerilogLoggerFactory(logger) });
        _options = settings.Torrent;
        _links = settings.Links;
    }

    /// <inheritdoc/>
    public int ListenPort => _client.ListenPort;

    /// <inheritdoc/>
    public Task<TransferSource> LoadAsync(string source, CancellationToken cancellationToken) => _loader.OpenAsync(source, cancellationToken);

    /// <inheritdoc/>
    public async Task<ITransfer> AddAsync(
        TransferSource torrent,
        ImmutableArray<int>? selected,
        Func<Metainfo, ImmutableArray<int>?> choose,
        IProgress<TorrentNotice> notices,
        CancellationToken cancellationToken)
    {
        TorrentOptions options = _options with { SelectedFiles = selected, FileSelector = choose, Progress = notices, FindMetadata = _links.Find };
        return new TorrentTransfer(await torrent.AddToAsync(_client, options, cancellationToken));
    }

    /// <inheritdoc/>
    public void TrimMemory()
    {
        _client.TrimMemory();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
