using Pieces.Cli.Progress;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>What a run of transfers is to do; the same for each of its torrents.</summary>
internal sealed record TransferSettings
{
    /// <summary>What the torrents share.</summary>
    public required TorrentClientOptions Client { get; init; }

    /// <summary>What each torrent is to do.</summary>
    public required TorrentOptions Torrent { get; init; }

    /// <summary>Longest time without a byte before giving up, or null for no such limit.</summary>
    public TimeSpan? StallTimeout { get; init; }

    /// <summary>Longest time to completion before giving up, or null for no such limit.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Longest time until the metadata of a magnet link is here before giving up, or null for no such limit.</summary>
    public TimeSpan? MetadataTimeout { get; init; }

    /// <summary>How progress is shown.</summary>
    public ProgressStyle Progress { get; init; }
}
