namespace Pieces.Storage;

/// <summary>What the jobs of one open torrent work with.</summary>
internal sealed record StorageContext
{
    /// <summary>Verifies and writes.</summary>
    public required PieceWriter Writer { get; init; }

    /// <summary>Reads for upload.</summary>
    public required PieceReader Reader { get; init; }

    /// <summary>Gives files their final names.</summary>
    public required FileFinisher Finisher { get; init; }

    /// <summary>Flushes from time to time.</summary>
    public required DataFlusher Flusher { get; init; }

    /// <summary>Writes the state.</summary>
    public required ResumeLog Log { get; init; }

    /// <summary>Hears the verdicts.</summary>
    public required IDiskSink Sink { get; init; }

    /// <summary>The folder that the data lies in, for messages.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Jobs under way.</summary>
    public PendingJobs Pending { get; } = new();

    /// <summary>Tells the sink of a bug, so that the torrent fails and says so.</summary>
    public void ReportBug(Exception bug) => Sink.OnDisk(
        new DiskFailed(new StorageException(StorageFault.File, OutputDirectory, $"{OutputDirectory}: a bug in a disk job: {bug.Message}", bug)));
}
