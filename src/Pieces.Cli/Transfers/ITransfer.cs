using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>A torrent as a run of the program sees it.</summary>
internal interface ITransfer
{
    /// <summary>Its present state.</summary>
    TorrentSnapshot Snapshot { get; }

    /// <summary>What it is about; null as long as that has yet to be fetched, or was known from the beginning.</summary>
    Metainfo? Metainfo => null;

    /// <summary>Ends when everything wanted is here; faults or is cancelled otherwise.</summary>
    Task Completion { get; }

    /// <summary>Ends when it has stopped altogether.</summary>
    Task Stopped { get; }

    /// <summary>Whether no tracker will ever name a peer and nothing else may be asked.</summary>
    bool EveryTrackerRefused { get; }

    /// <summary>Stops it in an orderly way.</summary>
    Task StopAsync();
}
