using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Resume;

/// <summary>Type of a record. The numbers are stored on the disk: never change one.</summary>
internal enum ResumeFact
{
    /// <summary>The piece at the index is verified and written.</summary>
    PieceStored = 1,

    /// <summary>Blocks of the piece at the index are written: the value is first ordinal × 2^32 + count.</summary>
    BlocksWritten = 2,

    /// <summary>The blocks of the piece at the index no longer count.</summary>
    BlocksForgotten = 3,

    /// <summary>The data of the first records has reached the disk; the value is the number of those records.</summary>
    Durable = 4,

    /// <summary>The file at the index was created; the value is its identity.</summary>
    FileMade = 5,

    /// <summary>
    /// The state of the file at the index after all its data was flushed; the value is its stamp. The record counts for a file with its final name,
    /// which is never written again, and for other files only when the state was closed.
    /// </summary>
    FileSeen = 6,
}

/// <summary>One record of the log.</summary>
internal readonly record struct ResumeRecord(ResumeFact Fact, int Index, long Value)
{
    /// <summary>The record for a run of written blocks.</summary>
    public static ResumeRecord Blocks(PieceIndex piece, int first, int count) =>
        new(ResumeFact.BlocksWritten, piece.Value, ((long)first << 32) | (uint)count);
}

/// <summary>The state of a download at one moment, as it is kept between runs.</summary>
internal sealed class ResumeState
{
    /// <summary>Pieces that are verified and written.</summary>
    public required Bitfield Have { get; init; }

    /// <summary>Pieces of <see cref="Have"/> that have reached the disk and therefore survive a power cut.</summary>
    public required Bitfield Durable { get; init; }

    /// <summary>Pieces that may be on the disk but are not covered by a flush: they must be hashed.</summary>
    public required Bitfield Doubtful { get; init; }

    /// <summary>Blocks on the disk of incomplete pieces, by piece.</summary>
    public required Dictionary<int, BlockBits> Candidates { get; init; }

    /// <summary>Identity of each file; 0 for a file that did not exist.</summary>
    public required long[] Identities { get; init; }

    /// <summary>The last known stamp of each file (<see cref="Pieces.Platform.FileStat.Stamp"/>); 0 when it is unknown.</summary>
    public long[] Stamps { get; init; } = [];

    /// <summary>Whether every <c>.part</c> file had its full length from the start.</summary>
    public bool IsSized { get; init; }

    /// <summary>Whether the state was closed properly, so that it records everything on the disk.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Time of the last write to the state, as <see cref="Pieces.Platform.FileStat.Modified"/>.</summary>
    public long Modified { get; init; }

    /// <summary>When its last snapshot was written, in ns since 1970; 0 where the file system does not tell.</summary>
    public long Born { get; init; }
}
