using System.Globalization;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>The objects that the disk jobs of one open torrent work with.</summary>
internal sealed record StorageContext
{
    /// <summary>Verifies and writes pieces.</summary>
    public required PieceWriter Writer { get; init; }

    /// <summary>Reads blocks for upload.</summary>
    public required IBlockFileReader Reader { get; init; }

    /// <summary>Called with a piece that is verified and written, after the sink was notified.</summary>
    public required Action<PieceIndex> Stored { get; init; }

    /// <summary>Receives the results.</summary>
    public required IDiskSink Sink { get; init; }

    /// <summary>The file system of <see cref="Folder"/>.</summary>
    public required IFileSystem Files { get; init; }

    /// <summary>The folder of the data, used in messages.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether a later run can resume from blocks of an incomplete piece.</summary>
    public required bool CanResume { get; init; }

    /// <summary>The pending jobs.</summary>
    public PendingJobs Pending { get; } = new();

    /// <summary>Reports to the sink that the disk hangs, so that the torrent fails with this reason.</summary>
    public void ReportHanging() => Sink.OnDisk(new DiskFailed(new StorageException(
        StorageError.File,
        Folder,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Folder}: the disk has not finished an operation for {DiskQueue.Patience.TotalSeconds} s "
                + $"(check whether it is connected and works, then run the same command again)"))
    {
        IsHanging = true,
    }));

    /// <summary>Reports a bug to the sink, so that the torrent fails with this reason.</summary>
    public void ReportBug(Exception bug) => Sink.OnDisk(
        new DiskFailed(new StorageException(StorageError.File, Folder, $"{Folder}: a bug in a disk job: {bug.Message}", bug)));
}
