using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Resume;

/// <summary>What kind of fact a record of the state tells. The numbers are on the disk: never change one.</summary>
internal enum ResumeFact
{
    /// <summary>The piece at the index is verified and written.</summary>
    PieceStored = 1,

    /// <summary>Blocks of the piece at the index are written: the value is first ordinal × 2^32 + count.</summary>
    BlocksWritten = 2,

    /// <summary>The blocks of the piece at the index do not count any more.</summary>
    BlocksForgotten = 3,

    /// <summary>What the first records, as many as the value says, tell of has reached the disk.</summary>
    Durable = 4,

    /// <summary>The file at the index was made; the value is its identity.</summary>
    FileMade = 5,

    /// <summary>
    /// The file at the index looked so when all that was written of it was flushed; the value is its stamp. It counts for a file with its final name, which is
    /// never written again, and for any other when the state was closed.
    /// </summary>
    FileSeen = 6,
}

/// <summary>One record of the state's log.</summary>
internal readonly record struct ResumeRecord(ResumeFact Fact, int Index, long Value)
{
    /// <summary>That a run of blocks is written.</summary>
    public static ResumeRecord Blocks(PieceIndex piece, int first, int count) =>
        new(ResumeFact.BlocksWritten, piece.Value, ((long)first << 32) | (uint)count);
}

/// <summary>What is known of a download at one moment, as it is kept between runs.</summary>
internal sealed class ResumeState
{
    /// <summary>Pieces that are verified and written.</summary>
    public required Bitfield Have { get; init; }

    /// <summary>Those of them that have reached the disk and so survive a power cut.</summary>
    public required Bitfield Durable { get; init; }

    /// <summary>Pieces of which something may be there, but no flush covers it: they must be hashed.</summary>
    public required Bitfield Doubtful { get; init; }

    /// <summary>Blocks on the disk of pieces that are not complete, by piece.</summary>
    public required Dictionary<int, BlockBits> Candidates { get; init; }

    /// <summary>Identity of each file as it was, or 0 for one that was not there.</summary>
    public required long[] Identities { get; init; }

    /// <summary>How each file looked last (<see cref="Pieces.Platform.FileStat.Stamp"/>), or 0 where that is not known.</summary>
    public long[] Stamps { get; init; } = [];

    /// <summary>Whether every <c>.part</c> file had its full length from the start.</summary>
    public bool IsSized { get; init; }

    /// <summary>Whether it was closed in good order, so that nothing is on the disk that it does not tell of.</summary>
    public bool IsClosed { get; init; }

    /// <summary>When the state was last written, as <see cref="Pieces.Platform.FileStat.Modified"/>.</summary>
    public long Modified { get; init; }

    /// <summary>When its last snapshot was written, in ns since 1970; 0 where the file system does not tell.</summary>
    public long Born { get; init; }
}
