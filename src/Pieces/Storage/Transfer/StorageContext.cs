using System.Globalization;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>What the jobs on the pieces of one open torrent work with.</summary>
internal sealed record StorageContext
{
    /// <summary>Verifies and writes.</summary>
    public required PieceWriter Writer { get; init; }

    /// <summary>Reads for upload.</summary>
    public required IBlockFileReader Reader { get; init; }

    /// <summary>Told of a piece that is verified and written, after the sink was.</summary>
    public required Action<PieceIndex> Stored { get; init; }

    /// <summary>Hears the verdicts.</summary>
    public required IDiskSink Sink { get; init; }

    /// <summary>Where the folder is.</summary>
    public required IFileSystem Files { get; init; }

    /// <summary>The folder that the data lies in, for messages.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether another run can resume from blocks of a piece that is not complete.</summary>
    public required bool CanResume { get; init; }

    /// <summary>Jobs under way.</summary>
    public PendingJobs Pending { get; } = new();

    /// <summary>Tells the sink that the disk hangs, so that the torrent fails and says so.</summary>
    public void ReportHanging() => Sink.OnDisk(new DiskFailed(new StorageException(
        StorageFault.File,
        Folder,
        string.Create(CultureInfo.InvariantCulture, $"{Folder}: the disk has not finished an operation for {DiskQueue.Patience.TotalSeconds} s (check whether it is connected and in order, then run the same command again)"))
    {
        IsHanging = true,
    }));

    /// <summary>Tells the sink of a bug, so that the torrent fails and says so.</summary>
    public void ReportBug(Exception bug) => Sink.OnDisk(
        new DiskFailed(new StorageException(StorageFault.File, Folder, $"{Folder}: a bug in a disk job: {bug.Message}", bug)));
}
