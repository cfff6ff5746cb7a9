namespace Pieces.Cli.Progress;

/// <summary>What a transfer is doing, as shown to people. If the display lacks room, it shows transfers in this order.</summary>
internal enum TransferActivity
{
    /// <summary>Data is being received.</summary>
    Downloading,

    /// <summary>Existing data is being checked.</summary>
    Checking,

    /// <summary>The metadata of a magnet link is being fetched.</summary>
    FetchingMetadata,

    /// <summary>All bytes have been received. The last ones are being written to disk.</summary>
    Finishing,

    /// <summary>The state is being saved and connections are being closed.</summary>
    Stopping,

    /// <summary>Peers are connected, but none has sent data for a while.</summary>
    Stalled,

    /// <summary>No peer is connected yet.</summary>
    FindingPeers,

    /// <summary>Seeding.</summary>
    Seeding,

    /// <summary>Ended.</summary>
    Over,
}
