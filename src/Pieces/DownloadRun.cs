using System.Runtime.CompilerServices;
using Pieces.Torrents;

namespace Pieces;

/// <summary>A download from its start to its end in one call.</summary>
internal static class DownloadRun
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    /// <summary>The options of a download into a folder.</summary>
    public static TorrentOptions OptionsFor(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return new TorrentOptions { OutputDirectory = directory };
    }

    /// <summary>Reports the progress of a torrent until it has stopped. Stops the torrent when the token is cancelled or a report fails.</summary>
    public static async Task FollowAsync(Torrent torrent, IProgress<TorrentSnapshot>? progress, CancellationToken cancellationToken)
    {
        await using ConfiguredAsyncDisposable stopping = torrent.ConfigureAwait(false);
        try
        {
            await foreach (TorrentSnapshot now in torrent.WatchAsync(ReportInterval, cancellationToken).ConfigureAwait(false))
                progress?.Report(now);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await torrent.StopAsync().ConfigureAwait(false);
            if (!torrent.Completion.IsCompletedSuccessfully)
                throw;
        }

        await torrent.Completion.ConfigureAwait(false);
        await torrent.Stopped.ConfigureAwait(false);
    }
}
