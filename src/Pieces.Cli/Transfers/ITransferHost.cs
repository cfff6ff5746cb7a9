using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Where the torrents of a run come from and live.</summary>
internal interface ITransferHost
{
    /// <summary>The port that peers reach us on, or 0 for none.</summary>
    int ListenPort { get; }

    /// <summary>Gives back memory that is not needed while nothing goes on.</summary>
    void TrimMemory();

    /// <summary>Gets a torrent from where the user says it is.</summary>
    /// <exception cref="Failures.FailureException">It cannot be found, read or used; the message names the source.</exception>
    Task<Metainfo> LoadAsync(string source, CancellationToken cancellationToken);

    /// <summary>Starts a torrent; returns at once.</summary>
    /// <exception cref="Primitives.PiecesException">It cannot be started; likewise the exceptions of files.</exception>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="selected">Indexes of the files that are wanted, or null for all.</param>
    /// <param name="notices">Hears what happens to it.</param>
    /// <param name="cancellationToken">Ends the wait for the start.</param>
    Task<ITransfer> AddAsync(
        Metainfo metainfo, ImmutableArray<int>? selected, IProgress<TorrentNotice> notices, CancellationToken cancellationToken);
}
