namespace Pieces.Storage.Opening;

/// <summary>
/// The storage of one torrent, with its life cycle: <see cref="OpenAsync"/>, once; then the calls of <see cref="Pieces"/>; finally
/// <see cref="CloseAsync"/>, after which no buffer of any caller is in use.
/// </summary>
internal interface ITorrentStore : IAsyncDisposable
{
    /// <summary>Writes and reads the pieces; usable only while the store is open.</summary>
    IPieceStore Pieces { get; }

    /// <summary>Determines which pieces exist, and prepares the storage.</summary>
    /// <exception cref="StorageException">The operating system reported an error, or there is not enough space.</exception>
    Task<StorageOpenResult> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Completes when no job is pending. The events of all finished jobs have been passed to the sink by then.</summary>
    Task WhenIdleAsync();

    /// <summary>Waits for all jobs, saves the resume state and releases all resources.</summary>
    /// <exception cref="StorageException">The operating system reported an error; everything that could be released is released.</exception>
    Task CloseAsync();
}
