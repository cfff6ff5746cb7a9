using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>
/// The storage of one torrent's pieces, as the torrent's loop sees it. The calls that end in an event never wait: they queue a job for the disk
/// workers, and the result comes back through <see cref="IDiskSink"/>. The caller must not start a second job for a piece while one is running.
/// </summary>
internal interface IPieceStore : IBlockReader
{
    /// <summary>
    /// Whether a later run can resume from the written data. Only then is it worthwhile to write blocks before their piece is complete.
    /// </summary>
    bool CanResume { get; }

    /// <summary>
    /// Writes blocks of an open piece before the piece is complete, so that a crash loses little, and because a large piece does not fit in memory.
    /// The blocks stay unverified candidates until <see cref="StorePiece"/> has verified the piece. Ends in <see cref="BlocksWritten"/>.
    /// </summary>
    /// <param name="piece">The open piece.</param>
    /// <param name="blocks">Ordinals with their bytes, ascending. The caller keeps the buffers and must not release them before the event.</param>
    void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks);

    /// <summary>
    /// Verifies a piece whose blocks are all available, in memory or on the disk, and writes the blocks that are not written yet. Ends in
    /// <see cref="PieceStored"/> or <see cref="PieceRejected"/>.
    /// </summary>
    /// <param name="piece">The open piece.</param>
    /// <param name="blocks">
    /// One entry for each block, in order; null for a block that is on the disk and must be read back. Ownership of the buffers passes to the store,
    /// which disposes them before the event.
    /// </param>
    /// <param name="written">For each block, whether <see cref="WriteBlocks"/> (in this run or an earlier one) has written it to the disk.</param>
    void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written);

    /// <summary>Drops what is remembered of a piece's candidate blocks, after the loop has closed or rejected the piece. Causes no event.</summary>
    void ForgetCandidates(PieceIndex piece);
}

/// <summary>A block of an open piece that is to be written before its piece is complete.</summary>
internal readonly record struct CandidateBlock(int Ordinal, BlockBuffer Data);

/// <summary>A block to read and where to put it: <see cref="Destination"/> is exactly as long as the block.</summary>
internal readonly record struct BlockRead(BlockRequest Block, Memory<byte> Destination);

/// <summary>
/// Receives the results of disk jobs. Called on worker threads; must not block or throw. A torrent's loop posts the events to its inbox.
/// </summary>
internal interface IDiskSink
{
    void OnDisk(DiskEvent verdict);
}

/// <summary>The result of a disk job.</summary>
internal abstract record DiskEvent;

/// <summary>Blocks of an open piece are in the file; the loop owns their buffers again.</summary>
internal sealed record BlocksWritten(PieceIndex Piece, IReadOnlyList<CandidateBlock> Blocks) : DiskEvent;

/// <summary>A piece is verified and written: we have it.</summary>
internal sealed record PieceStored(PieceIndex Piece) : DiskEvent;

/// <summary>
/// A piece failed verification, and all its blocks are discarded. Contains the digest of each block, to find the peers that sent bad blocks once a
/// good copy of the piece has arrived.
/// </summary>
internal sealed record PieceRejected(PieceIndex Piece, BlockDigest[] BlockDigests) : DiskEvent;

/// <summary>
/// The digests of the blocks of a good copy, sent just before its <see cref="PieceStored"/> when the piece had been rejected before.
/// </summary>
internal sealed record PieceDigests(PieceIndex Piece, BlockDigest[] BlockDigests) : DiskEvent;

/// <summary>A stored piece can no longer be read, or its bytes no longer match its hash. Reported each time this is noticed.</summary>
internal sealed record PieceLost(PieceIndex Piece, StorageException Reason) : DiskEvent;

/// <summary>A file has its final name: every piece that touches it is verified, written and flushed.</summary>
internal sealed record FileFinished(int FileIndex, string Path) : DiskEvent;

/// <summary>The reader of a stream needs no more bytes of the pieces before <see cref="End"/>.</summary>
internal sealed record ContentTaken(int End) : DiskEvent;

/// <summary>A disk operation failed; the torrent fails.</summary>
internal sealed record DiskFailed(StorageException Reason) : DiskEvent;
