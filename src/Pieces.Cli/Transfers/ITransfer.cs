using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>A torrent as a run uses it.</summary>
internal interface ITransfer
{
    /// <summary>The current state.</summary>
    TorrentSnapshot Snapshot { get; }

    /// <summary>Completes when all wanted data is complete. Otherwise it faults or is cancelled.</summary>
    Task Completion { get; }

    /// <summary>Completes when the torrent has stopped.</summary>
    Task Stopped { get; }

    /// <summary>Announces the torrent to further trackers.</summary>
    void AddTrackers(IReadOnlyList<string> urls);

    /// <summary>Stops the torrent in an orderly way.</summary>
    Task StopAsync();
}
