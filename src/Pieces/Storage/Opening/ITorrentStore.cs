namespace Pieces.Storage.Opening;

/// <summary>
/// Where one torrent is kept, with its beginning and its end: <see cref="OpenAsync"/>, once; then the calls of <see cref="Pieces"/>; at last
/// <see cref="CloseAsync"/>, after which no buffer of any caller is in use.
/// </summary>
internal interface ITorrentStore : IAsyncDisposable
{
    /// <summary>Writes and reads its pieces; only while the store is open.</summary>
    IPieceStore Pieces { get; }

    /// <summary>Finds out what is there and makes ready.</summary>
    /// <exception cref="StorageException">The system refused, or there is not enough space.</exception>
    Task<StorageOpening> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Ends when no job is under way. The events of all jobs that have ended were given to the sink before that.</summary>
    Task WhenIdleAsync();

    /// <summary>Waits for all jobs and lets go of everything, having saved what can be gone on from.</summary>
    /// <exception cref="StorageException">The system refused; what could be let go is let go.</exception>
    Task CloseAsync();
}
