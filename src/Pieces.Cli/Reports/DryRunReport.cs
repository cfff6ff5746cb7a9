namespace Pieces.Cli.Reports;

/// <summary>What a download would do with one file.</summary>
/// <param name="Index">Number of the file, from 1.</param>
/// <param name="Path">Path of the file on the disk.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Action">
/// The name of the planned action (<see cref="Pieces.Storage.PlannedAction"/>): <c>fetch</c>, <c>keep</c>, <c>finish</c>, <c>continue</c>,
/// <c>repair</c> or <c>replace</c>.
/// </param>
internal sealed record PlannedLine(int Index, string Path, long Size, string Action);

/// <summary>A path that differs on the disk from the torrent.</summary>
/// <param name="From">The path in the torrent.</param>
/// <param name="To">The path on the disk.</param>
internal sealed record RenameLine(string From, string To);

/// <summary>Why a download could not begin.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Message">One line.</param>
/// <param name="Path">The path that it concerns, or null.</param>
internal sealed record ErrorLine(int Code, string Message, string? Path);

/// <summary>What a download would do on the disk. Null in the report if the download would fail earlier.</summary>
internal sealed record PlanLine
{
    /// <summary>Bytes of the wanted pieces: those of the selected files and of other files that share a piece with them.</summary>
    public required long BytesWanted { get; init; }

    /// <summary>Wanted bytes that are present. Each of their pieces was hashed.</summary>
    public required long BytesPresent { get; init; }

    public required long BytesToFetch { get; init; }

    public required int PiecesWanted { get; init; }

    public required int PiecesPresent { get; init; }

    public required long SpaceNeeded { get; init; }

    /// <summary>Null if the file system does not report its free space.</summary>
    public required long? SpaceFree { get; init; }

    public required bool SpaceEnough { get; init; }

    public required IReadOnlyList<PlannedLine> Files { get; init; }
}

/// <summary>What a download of one source would do.</summary>
internal sealed record DryRunTorrent
{
    /// <summary>The source as the user gave it, with secrets hidden.</summary>
    public required string Source { get; init; }

    /// <summary>Null if the source could not be read.</summary>
    public string? Name { get; init; }

    public string? Infohash { get; init; }

    /// <summary>False for a magnet link without metadata: size, files and required disk space are not known.</summary>
    public bool HasMetadata { get; init; } = true;

    /// <summary>The folder that will contain the file or top folder, as an absolute path.</summary>
    public required string Output { get; init; }

    /// <summary>Size of the selected files in bytes.</summary>
    public long Size { get; init; }

    public int Files { get; init; }

    public int FilesSelected { get; init; }

    public IReadOnlyList<RenameLine> Renamed { get; init; } = [];

    public IReadOnlyList<TrackerLine> Trackers { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public PlanLine? Plan { get; init; }

    public ErrorLine? Error { get; init; }
}

/// <summary>The output of <c>download --dry-run --json</c>.</summary>
internal sealed record DryRunReport
{
    public int V { get; init; } = 1;

    public bool DryRun { get; init; } = true;

    /// <summary>Exit code of the process.</summary>
    public required int Exit { get; init; }

    public required IReadOnlyList<DryRunTorrent> Torrents { get; init; }
}
