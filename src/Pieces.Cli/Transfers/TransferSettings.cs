using Pieces.Cli.Progress;
using Pieces.Cli.Selection;
using Pieces.Cli.Sources;
using Pieces.Torrents;

namespace Pieces.Cli.Transfers;

/// <summary>Settings of a run, which apply to all of its torrents.</summary>
internal sealed record TransferSettings
{
    /// <summary>What the user can do about a download that was not completed.</summary>
    public const string Resumes = "the same command resumes it";

    /// <summary>Options of the client.</summary>
    public required TorrentClientOptions Client { get; init; }

    /// <summary>Options of each torrent.</summary>
    public required TorrentOptions Torrent { get; init; }

    /// <summary>What the user can do about a download that was not completed.</summary>
    public string Hint => Torrent.Stream is null ? Resumes : "the same command starts over";

    /// <summary>Which files are wanted.</summary>
    public FileSelection Selection { get; init; } = FileSelection.All;

    /// <summary>Maximum time without receiving data; null for no limit.</summary>
    public TimeSpan? StallTimeout { get; init; }

    /// <summary>Maximum time until a download is complete; null for no limit.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Maximum time until the metadata of a magnet link is received; null for no limit. It has no effect on torrents.</summary>
    public TimeSpan? MetadataTimeout { get; init; }

    /// <summary>The time limits of each download.</summary>
    public GiveUpLimits Limits => new() { Stall = StallTimeout, Deadline = Deadline, Metadata = MetadataTimeout, Hint = Hint };

    /// <summary>The style of the progress display.</summary>
    public ProgressStyle Progress { get; init; }

    /// <summary>Maximum number of sources that are loaded, checked or downloaded at the same time; the default is 5.</summary>
    public int Jobs { get; init; } = 5;

    /// <summary>Where events for programs are written. If they are written, messages for people are turned off.</summary>
    public EventTarget Events { get; init; }

    /// <summary>How the paths of complete files are printed.</summary>
    public PathStyle Paths { get; init; }

    /// <summary>Stores the metadata of completed magnet links; by default nothing is stored.</summary>
    public LinkCache Links { get; init; } = new(null);

    /// <summary>A program and its arguments, run for each complete torrent; null for none.</summary>
    public IReadOnlyList<string>? OnComplete { get; init; }
}
