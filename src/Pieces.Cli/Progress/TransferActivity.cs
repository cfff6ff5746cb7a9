namespace Pieces.Cli.Progress;

/// <summary>What a transfer is doing, as people would say it. In the order in which a display that lacks room shows them.</summary>
internal enum TransferActivity
{
    /// <summary>Bytes are coming.</summary>
    Downloading,

    /// <summary>Looking at what is there.</summary>
    Checking,

    /// <summary>Fetching what a magnet link is about.</summary>
    FetchingMetadata,

    /// <summary>All bytes are here; the last are on their way to the disk.</summary>
    Finishing,

    /// <summary>Saving, and taking leave.</summary>
    Stopping,

    /// <summary>There are peers, but nothing has come from them for a while.</summary>
    Stalled,

    /// <summary>No peer is there yet.</summary>
    FindingPeers,

    /// <summary>Serving others.</summary>
    Seeding,

    /// <summary>Over.</summary>
    Over,
}
