using Pieces.Cli.Progress;
using Pieces.Cli.Selection;
using Pieces.Cli.Sources;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>What a run of transfers is to do; the same for each of its torrents.</summary>
internal sealed record TransferSettings
{
    /// <summary>What one may do about a download that was not completed.</summary>
    public const string Resumes = "the same command resumes it";

    /// <summary>What the torrents share.</summary>
    public required TorrentClientOptions Client { get; init; }

    /// <summary>What each torrent is to do.</summary>
    public required TorrentOptions Torrent { get; init; }

    /// <summary>What the user may do about a download that was not completed.</summary>
    public string Hint => Torrent.Stream is null ? Resumes : "the same command begins it anew";

    /// <summary>Which of their files are wanted.</summary>
    public FileSelection Selection { get; init; } = FileSelection.All;

    /// <summary>Longest time without a byte before giving up, or null for no such limit.</summary>
    public TimeSpan? StallTimeout { get; init; }

    /// <summary>Longest time to completion before giving up, or null for no such limit.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Longest time for a torrent's metadata to arrive, or null for no such limit; of no concern where the torrent itself is given.
    /// </summary>
    public TimeSpan? MetadataTimeout { get; init; }

    /// <summary>How long each download is waited for.</summary>
    public GiveUpLimits Limits => new() { Stall = StallTimeout, Deadline = Deadline, Metadata = MetadataTimeout, Hint = Hint };

    /// <summary>How progress is shown.</summary>
    public ProgressStyle Progress { get; init; }

    /// <summary>Largest number of sources that are loaded, checked and downloaded at once; default 5.</summary>
    public int Jobs { get; init; } = 5;

    /// <summary>Where events for programs go. Where they go anywhere, the lines for people are off.</summary>
    public EventTarget Events { get; init; }

    /// <summary>How the paths of finished files are printed.</summary>
    public PathStyle Paths { get; init; }

    /// <summary>Remembers what completed links are about; default nowhere.</summary>
    public LinkCache Links { get; init; } = new(null);

    /// <summary>A program and its arguments, run for each torrent that is complete; null for none.</summary>
    public IReadOnlyList<string>? OnComplete { get; init; }
}
