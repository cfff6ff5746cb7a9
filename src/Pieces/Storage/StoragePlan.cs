using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>What a download will do with one file.</summary>
internal enum PlannedAction
{
    /// <summary>The file does not exist: it is downloaded.</summary>
    Fetch,

    /// <summary>The file is complete under its final name: nothing is done.</summary>
    Keep,

    /// <summary>The file is complete under its <c>.part</c> name: it is renamed to its final name.</summary>
    Finish,

    /// <summary>Some of the file exists under its <c>.part</c> name: the rest is downloaded.</summary>
    Continue,

    /// <summary>The file has its final name and is incomplete: it becomes the <c>.part</c> file, and the rest is downloaded.</summary>
    Repair,

    /// <summary>The existing file does not belong to the download: it is discarded, and the file is downloaded.</summary>
    Replace,
}

/// <summary>What a download will do with one wanted file.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Path of the complete file.</param>
/// <param name="Action">The planned action.</param>
internal sealed record PlannedFile(FileEntry File, string Path, PlannedAction Action);

/// <summary>What a download would do, determined without changing anything; immutable.</summary>
internal sealed record DownloadPlan
{
    /// <summary>Every wanted file.</summary>
    public required ImmutableArray<PlannedFile> Files { get; init; }

    /// <summary>Number of wanted pieces.</summary>
    public required int PiecesWanted { get; init; }

    /// <summary>Number of wanted pieces that are already on the disk; each was hashed.</summary>
    public required int PiecesPresent { get; init; }

    /// <summary>Length of the wanted pieces, in bytes. It includes bytes of neighbouring files that share a piece with a wanted file.</summary>
    public required long BytesWanted { get; init; }

    /// <summary>Length of the wanted pieces that are already on the disk, in bytes.</summary>
    public required long BytesPresent { get; init; }

    /// <summary>Number of bytes to download.</summary>
    public long BytesToFetch => BytesWanted - BytesPresent;

    /// <summary>Additional disk space that the download will occupy, in bytes.</summary>
    public required long SpaceNeeded { get; init; }

    /// <summary>Free space on the disk of the output folder, in bytes; null when the operating system does not report it.</summary>
    public required long? SpaceFree { get; init; }

    /// <summary>Whether there is enough space; also true when the free space is unknown.</summary>
    public bool HasSpace => SpaceFree is not { } free || free >= SpaceNeeded;
}
