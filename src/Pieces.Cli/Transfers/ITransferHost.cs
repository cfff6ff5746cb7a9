using System.Collections.Immutable;
using Pieces.Cli.Sources;
using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Where the torrents of a run come from and live.</summary>
internal interface ITransferHost : IAsyncDisposable
{
    /// <summary>The port that peers reach us on, or 0 for none.</summary>
    int ListenPort { get; }

    /// <summary>Gives back memory that is not needed while nothing goes on.</summary>
    void TrimMemory();

    /// <summary>Gets a torrent, or a link to one, from where the user says it is.</summary>
    /// <exception cref="Failures.FailureException">It cannot be found, read or used; the message names the source.</exception>
    Task<TransferSource> LoadAsync(string source, CancellationToken cancellationToken);

    /// <summary>Starts a torrent; returns at once.</summary>
    /// <exception cref="Primitives.PiecesException">It cannot be started; likewise the exceptions of files.</exception>
    /// <param name="torrent">The torrent, or the link to it.</param>
    /// <param name="selected">Indexes of the files that are wanted of a torrent, or null for all.</param>
    /// <param name="choose">Chooses those of a link, once it is known what it is about.</param>
    /// <param name="notices">Hears what happens to it.</param>
    /// <param name="cancellationToken">Ends the wait for the start.</param>
    Task<ITransfer> AddAsync(
        TransferSource torrent,
        ImmutableArray<int>? selected,
        Func<Metainfo, ImmutableArray<int>?> choose,
        IProgress<TorrentNotice> notices,
        CancellationToken cancellationToken);
}
