using Pieces.Cli.Progress;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>One torrent of a run as its observers see it: they can look at it, and not stop it.</summary>
internal interface IRunningTransfer
{
    /// <summary>The source that it came from; it is loaded.</summary>
    TransferItem Item { get; }

    /// <summary>Its present state.</summary>
    TorrentSnapshot Snapshot { get; }

    /// <summary>Its state with its name, for a display.</summary>
    TransferStatus Status { get; }
}
