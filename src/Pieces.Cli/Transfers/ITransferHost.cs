using System.Collections.Immutable;
using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Loads and hosts the torrents of a run.</summary>
internal interface ITransferHost : IAsyncDisposable
{
    /// <summary>The port on which peers can connect to us; 0 for none.</summary>
    int ListenPort { get; }

    /// <summary>Releases memory that is not needed while the run is idle.</summary>
    void TrimMemory();

    /// <summary>Loads a torrent or a magnet link from the given source.</summary>
    /// <exception cref="Failures.FailureException">The source cannot be found, read or used. The message names the source.</exception>
    Task<TransferSource> LoadAsync(string source, CancellationToken cancellationToken);

    /// <summary>Starts a torrent and returns immediately.</summary>
    /// <exception cref="Primitives.PiecesException">The torrent cannot be started. Exceptions of file access are thrown too.</exception>
    /// <param name="torrent">The torrent or magnet link.</param>
    /// <param name="selected">Indexes of the wanted files of a torrent; null for all files.</param>
    /// <param name="choose">Selects the files of a magnet link, once its metadata is known.</param>
    /// <param name="notices">Receives the notices of the torrent.</param>
    /// <param name="cancellationToken">Ends the wait for the start.</param>
    Task<ITransfer> AddAsync(
        TransferSource torrent,
        ImmutableArray<int>? selected,
        Func<Metainfo, ImmutableArray<int>?> choose,
        IProgress<TorrentNotice> notices,
        CancellationToken cancellationToken);
}
