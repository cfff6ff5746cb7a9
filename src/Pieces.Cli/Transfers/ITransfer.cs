using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>A torrent as a run of the program sees it.</summary>
internal interface ITransfer
{
    /// <summary>Its present state.</summary>
    TorrentSnapshot Snapshot { get; }

    /// <summary>Ends when everything wanted is here; faults or is cancelled otherwise.</summary>
    Task Completion { get; }

    /// <summary>Ends when it has stopped altogether.</summary>
    Task Stopped { get; }

    /// <summary>Announces it to further trackers as well.</summary>
    void AddTrackers(IReadOnlyList<string> urls);

    /// <summary>Stops it in an orderly way.</summary>
    Task StopAsync();
}
