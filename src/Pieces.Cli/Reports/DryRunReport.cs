namespace Pieces.Cli.Reports;

/// <summary>What would be done with one file.</summary>
/// <param name="Index">Its number, from 1.</param>
/// <param name="Path">Where it will be.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Action"><c>fetch</c>, <c>keep</c>, <c>finish</c>, <c>continue</c>, <c>repair</c> or <c>replace</c>.</param>
internal sealed record PlannedLine(int Index, string Path, long Size, string Action);

/// <summary>A name that is not used as the torrent has it.</summary>
/// <param name="From">As the torrent has it.</param>
/// <param name="To">As it will be on the disk.</param>
internal sealed record RenameLine(string From, string To);

/// <summary>Why a download would not begin.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Message">One line.</param>
/// <param name="Path">The path that it concerns, or null.</param>
internal sealed record ErrorLine(int Code, string Message, string? Path);

/// <summary>What would be done with the disk; null in the report when the download would not get so far.</summary>
internal sealed record PlanLine
{
    /// <summary>Bytes of the wanted pieces: of the selected files, and of their neighbours where they share a piece.</summary>
    public required long BytesWanted { get; init; }

    /// <summary>Of them, those that are here, each hashed.</summary>
    public required long BytesPresent { get; init; }

    public required long BytesToFetch { get; init; }

    public required int PiecesWanted { get; init; }

    public required int PiecesPresent { get; init; }

    public required long SpaceNeeded { get; init; }

    /// <summary>Null when the disk does not say.</summary>
    public required long? SpaceFree { get; init; }

    public required bool SpaceEnough { get; init; }

    public required IReadOnlyList<PlannedLine> Files { get; init; }
}

/// <summary>What a download of one source would do.</summary>
internal sealed record DryRunTorrent
{
    /// <summary>As it was given, secrets hidden.</summary>
    public required string Source { get; init; }

    /// <summary>Null when the source could not be read.</summary>
    public string? Name { get; init; }

    public string? Infohash { get; init; }

    /// <summary>False for a magnet link: neither size nor files are known, nor what the disk would need.</summary>
    public bool HasMetadata { get; init; } = true;

    /// <summary>The folder that the file or top folder goes into, as an absolute path.</summary>
    public required string Output { get; init; }

    /// <summary>Bytes of the selected files.</summary>
    public long Size { get; init; }

    public int Files { get; init; }

    public int FilesSelected { get; init; }

    public IReadOnlyList<RenameLine> Renamed { get; init; } = [];

    public IReadOnlyList<TrackerLine> Trackers { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public PlanLine? Plan { get; init; }

    public ErrorLine? Error { get; init; }
}

/// <summary>What <c>download --dry-run --json</c> prints.</summary>
internal sealed record DryRunReport
{
    public int V { get; init; } = 1;

    public bool DryRun { get; init; } = true;

    /// <summary>What the process ends with.</summary>
    public required int Exit { get; init; }

    public required IReadOnlyList<DryRunTorrent> Torrents { get; init; }
}
