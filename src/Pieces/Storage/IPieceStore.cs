using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// Where the pieces of one torrent are kept, as its loop sees it. The calls that end in an event never wait: they queue a job for the
/// workers, and the verdict comes back through <see cref="IDiskSink"/>. At most one job is under way for a piece at a time: the caller's duty.
/// </summary>
internal interface IPieceStore : IBlockReader
{
    /// <summary>Whether another run can go on from what is written: only then blocks are worth writing before their piece is complete.</summary>
    bool CanResume { get; }

    /// <summary>
    /// Writes blocks of an open piece before it is complete, so that a sudden end costs little (and because a large piece has no room in
    /// memory). They stay candidates: nothing of the piece counts before <see cref="StorePiece"/> agreed. Ends in <see cref="BlocksWritten"/>.
    /// </summary>
    /// <param name="piece">The piece.</param>
    /// <param name="blocks">Ordinals with their bytes, ascending. The buffers stay the caller's, which must not give them back before the event.</param>
    void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks);

    /// <summary>
    /// Checks the hash of a piece of which every block is here, in memory or on the disk, and writes what is not yet written.
    /// Ends in <see cref="PieceStored"/> or <see cref="PieceRejected"/>.
    /// </summary>
    /// <param name="piece">The piece.</param>
    /// <param name="blocks">One entry for each block, in order; null where it was written before and is to be read back. Ownership of the
    /// buffers passes to the store, which disposes them before the event.</param>
    /// <param name="written">For each block, whether <see cref="WriteBlocks"/> (of this run or an earlier one) has put it on the disk.</param>
    void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written);

    /// <summary>
    /// The loop has given up a piece's candidates (closed, or rejected): what was remembered of them is dropped. No event.
    /// </summary>
    void ForgetCandidates(PieceIndex piece);
}

/// <summary>A block of an open piece that is to be written early.</summary>
internal readonly record struct CandidateBlock(int Ordinal, BlockBuffer Data);

/// <summary>A block to read and where to put it: <see cref="Destination"/> is exactly as long as the block.</summary>
internal readonly record struct BlockRead(BlockRequest Block, Memory<byte> Destination);

/// <summary>Takes the disk's verdicts; called on worker threads, must not block or throw. A torrent's loop posts them to its inbox.</summary>
internal interface IDiskSink
{
    void OnDisk(DiskEvent verdict);
}

/// <summary>What became of a disk job.</summary>
internal abstract record DiskEvent;

/// <summary>Blocks of an open piece are in the file; their buffers are the loop's again.</summary>
internal sealed record BlocksWritten(PieceIndex Piece, IReadOnlyList<CandidateBlock> Blocks) : DiskEvent;

/// <summary>A piece is verified and written: it counts.</summary>
internal sealed record PieceStored(PieceIndex Piece) : DiskEvent;

/// <summary>A piece's hash is wrong: nothing of it counts. Holds the digest of each of its blocks, to find who lied once a good copy came.</summary>
internal sealed record PieceRejected(PieceIndex Piece, BlockDigest[] BlockDigests) : DiskEvent;

/// <summary>The digests of a good copy's blocks, sent just before its <see cref="PieceStored"/> when the piece had been rejected before.</summary>
internal sealed record PieceDigests(PieceIndex Piece, BlockDigest[] BlockDigests) : DiskEvent;

/// <summary>A stored piece can no longer be read, or its bytes are not those that were verified. Reported each time that this is noticed.</summary>
internal sealed record PieceLost(PieceIndex Piece, StorageException Reason) : DiskEvent;

/// <summary>A file has its final name: every piece that touches it is verified, written and flushed.</summary>
internal sealed record FileFinished(int FileIndex, string Path) : DiskEvent;

/// <summary>Whoever reads the content of a stream needs no byte any more of the pieces before <see cref="End"/>.</summary>
internal sealed record ContentTaken(int End) : DiskEvent;

/// <summary>The disk refused; the torrent cannot go on.</summary>
internal sealed record DiskFailed(StorageException Reason) : DiskEvent;
