using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>What a download will do with one file.</summary>
public enum PlannedAction
{
    /// <summary>It is not there: it is fetched.</summary>
    Fetch,

    /// <summary>It is complete under its final name: nothing is done.</summary>
    Keep,

    /// <summary>It is complete under its <c>.part</c> name: it gets its final one.</summary>
    Finish,

    /// <summary>A part of it is there under its <c>.part</c> name: the rest is fetched.</summary>
    Continue,

    /// <summary>It has its final name and is incomplete: it becomes the <c>.part</c> file, and the rest is fetched.</summary>
    Repair,

    /// <summary>What is there is no part of the download: it is discarded, and the file is fetched.</summary>
    Replace,
}

/// <summary>What a download will do with one wanted file.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Where it will be when it is complete.</param>
/// <param name="Action">What is done.</param>
public sealed record PlannedFile(FileEntry File, string Path, PlannedAction Action);

/// <summary>What a download would do, found out by looking alone; immutable.</summary>
public sealed record DownloadPlan
{
    /// <summary>Every wanted file.</summary>
    public required ImmutableArray<PlannedFile> Files { get; init; }

    /// <summary>Pieces that are wanted.</summary>
    public required int PiecesWanted { get; init; }

    /// <summary>Of them, those that are here; each was hashed.</summary>
    public required int PiecesPresent { get; init; }

    /// <summary>Bytes of the wanted pieces: those of the wanted files, and of their neighbours in the pieces that they share.</summary>
    public required long BytesWanted { get; init; }

    /// <summary>Bytes of the wanted pieces that are here.</summary>
    public required long BytesPresent { get; init; }

    /// <summary>Bytes to fetch.</summary>
    public long BytesToFetch => BytesWanted - BytesPresent;

    /// <summary>Bytes that will be taken on the disk, beyond what is taken already.</summary>
    public required long SpaceNeeded { get; init; }

    /// <summary>Bytes that are free on that disk, or null when it does not say.</summary>
    public required long? SpaceFree { get; init; }

    /// <summary>Whether there is room enough, as far as can be known.</summary>
    public bool HasSpace => SpaceFree is not { } free || free >= SpaceNeeded;
}
