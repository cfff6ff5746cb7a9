using Pieces.Cli.Progress;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>One torrent of a run as observers see it: they can read its state but not stop it.</summary>
internal interface IRunningTransfer
{
    /// <summary>The loaded source of the torrent.</summary>
    TransferItem Item { get; }

    /// <summary>The current state.</summary>
    TorrentSnapshot Snapshot { get; }

    /// <summary>The current state with the torrent's description, for a display.</summary>
    TransferStatus Status { get; }
}
