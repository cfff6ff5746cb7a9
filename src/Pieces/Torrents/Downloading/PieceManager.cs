using Pieces.Metadata;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// The pieces of a download, from the first request to the disk, with those who provide them. Blocks and pieces go to the disk with at most one job
/// for a piece at a time. Blocks of a piece too large for the memory are written as they come; those of others too while the download is slow, so
/// that a crash costs no more than the last moments. Owned by the torrent's loop; nothing here waits.
/// </summary>
internal sealed class PieceManager
{
    private const int RateSeconds = 5;

    private readonly IPieceStore _store;
    private bool _isSlow = true;

    /// <summary>Makes it for a torrent without providers.</summary>
    /// <param name="table">What is wanted and here.</param>
    /// <param name="budget">Memory for open pieces.</param>
    /// <param name="store">The disk.</param>
    /// <param name="time">For the length of a second in timestamps.</param>
    /// <param name="now">Timestamp.</param>
    public PieceManager(PieceTable table, MemoryBudget budget, IPieceStore store, TimeProvider time, long now)
    {
        _store = store;
        Table = table;
        Pieces = new OpenPieces(table, budget);
        Received = new RateMeter(time, now, RateSeconds);
        for (int i = table.Needed.NextSet(0); i >= 0; i = table.Needed.NextSet(i + 1))
            BytesLeft += table.Layout.LengthOf(table.Layout.Piece(i));
    }

    /// <summary>The state of each piece.</summary>
    public PieceTable Table { get; }

    /// <summary>The pieces that are open or verifying.</summary>
    public OpenPieces Pieces { get; }

    /// <summary>Who sent which block of a bad piece.</summary>
    public BlameLedger Blame { get; } = new();

    /// <summary>Who sends us blocks. Read only for others than <see cref="DownloadDesk"/>.</summary>
    public List<BlockProvider> Providers { get; } = [];

    /// <summary>Payload received, waste included.</summary>
    public RateMeter Received { get; }

    /// <summary>Payload thrown away, in bytes: copies, what was not requested, and pieces whose hash was wrong.</summary>
    public long Wasted { get; private set; }

    /// <summary>Bytes of wanted pieces that are not verified; never negative.</summary>
    public long BytesLeft { get; private set; }

    /// <summary>Piece arithmetic.</summary>
    public PieceLayout Layout => Table.Layout;

    /// <summary>Pieces that are verified and stored. Read only.</summary>
    public Bitfield Have => Table.Have;

    /// <summary>Pieces that are wanted. Read only.</summary>
    public Bitfield Wanted => Table.Wanted;

    /// <summary>Whether every wanted piece is verified and stored.</summary>
    public bool IsComplete => PiecesLeft == 0;

    /// <summary>Number of wanted pieces that are not stored yet.</summary>
    public int PiecesLeft => Table.Needed.Count;

    /// <summary>Number of pieces that are open or verifying.</summary>
    public int OpenCount => Pieces.Count;

    /// <summary>Whether the download is so slow that blocks of every piece are written as they come, if another run can resume from them.</summary>
    public bool IsSlow
    {
        set => _isSlow = value;
    }

    /// <summary>Blocks that an earlier run wrote of a missing piece. They count as here, and nobody is blamed for them.</summary>
    /// <returns>False when the piece is not missing or too many are remembered: the store may forget them.</returns>
    public bool AddCandidate(PieceIndex piece, IReadOnlyList<int> ordinals) => Pieces.Park(piece, ordinals);

    /// <summary>Counts payload that is thrown away.</summary>
    public void Waste(int bytes) => Wasted += bytes;

    /// <summary>A block was put into its slot, or the piece was opened complete. True when the piece went to be verified.</summary>
    public bool Advance(PieceAssembly assembly)
    {
        if (assembly.IsWriting)
            return false;
        if (assembly.Blocks.IsComplete)
        {
            Verify(assembly);
            return true;
        }

        if ((_isSlow && _store.CanResume) || assembly.IsLarge || assembly.IsClosing)
            Write(assembly);
        return false;
    }

    /// <summary>Gives up an open piece; its blocks in memory are written to the disk first. True when it is closed at once.</summary>
    public bool BeginClose(PieceAssembly assembly)
    {
        if (assembly.Blocks.IsComplete || assembly.IsClosing)
            return false;
        assembly.IsClosing = true;
        if (!assembly.IsWriting)
            Write(assembly);
        if (!assembly.IsWriting)
            Close(assembly);
        return !assembly.IsClosing;
    }

    /// <summary>A request is not pending any more: its block is free again unless it came or another provider is asked for it.</summary>
    /// <param name="request">The request as it was taken from <see cref="PendingRequests"/>.</param>
    /// <param name="mayStillCome">Whether the provider may answer all the same.</param>
    public void Free(PendingRequest request, bool mayStillCome)
    {
        if (request.IsLate || !Pieces.TryGet(request.Block.Piece, out PieceAssembly? assembly))
            return;
        if (assembly.Blocks.Unask(request.Block.Ordinal, mayStillCome) && Table.StatusOf(assembly.Piece) == PieceStatus.Open)
            Pieces.OnFreed(assembly);
    }

    /// <summary>A provider is no longer the only one for the pieces that were left to it alone.</summary>
    public void Disown(SourceId provider)
    {
        foreach (PieceAssembly assembly in Pieces.Open)
        {
            if (assembly.Owner == provider)
                assembly.Owner = SourceId.None;
        }
    }

    /// <summary>Blocks of an open piece are on the disk.</summary>
    /// <returns>Whether memory or requests have come free by it.</returns>
    public bool OnBlocksWritten(BlocksWritten written)
    {
        if (!Pieces.TryGet(written.Piece, out PieceAssembly? assembly))
            throw new InvalidOperationException($"blocks of piece {written.Piece} were written while it is not open");
        assembly.IsWriting = false;
        bool release = assembly.IsLarge || assembly.IsClosing;
        foreach (CandidateBlock block in written.Blocks)
            assembly.Blocks.MarkWritten(block.Ordinal, release);
        if (!Advance(assembly) && assembly.IsClosing && !assembly.IsWriting)
            Close(assembly);
        return release;
    }

    /// <summary>A piece is verified and stored: it counts from now on.</summary>
    public void OnStored(PieceStored stored)
    {
        PieceAssembly assembly = Verifying(stored.Piece);
        Credit(assembly);
        assembly.IsWriting = false;
        Pieces.Finish(assembly);
        BytesLeft -= Layout.LengthOf(stored.Piece);
    }

    /// <summary>A piece's hash was wrong: it is open again, and nothing of it counts.</summary>
    /// <param name="rejected">The verdict.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="convicted">Gets those who are to be banned.</param>
    public void OnRejected(PieceRejected rejected, long now, List<SourceId> convicted)
    {
        PieceAssembly assembly = Verifying(rejected.Piece);
        var senders = new SourceId[assembly.Blocks.Count];
        for (int i = 0; i < senders.Length; i++)
        {
            senders[i] = assembly.Blocks.SenderOf(i);
            if (senders[i] != SourceId.None)
                Wasted += Layout.Block(assembly.Piece, i).Length;
        }

        Blame.Record(rejected.Piece, rejected.BlockDigests, senders, convicted);
        assembly.IsWriting = false;
        if (assembly.Blocks.Written > 0)
            _store.ForgetCandidates(assembly.Piece);
        Pieces.Reopen(assembly, now);
    }

    /// <summary>A good copy of a piece that had been rejected: appends those who are to be banned.</summary>
    public void OnDigests(PieceDigests digests, List<SourceId> convicted) => Blame.Resolve(digests.Piece, digests.BlockDigests, convicted);

    /// <summary>
    /// Closes every open piece because the torrent stops. If another run can go on from them, the blocks in memory are written to the disk first;
    /// that is done when the store is idle and all its verdicts have been handled.
    /// </summary>
    public void CloseAll()
    {
        if (!_store.CanResume)
            return;
        for (int i = Pieces.Open.Count - 1; i >= 0; i--)
            BeginClose(Pieces.Open[i]);
    }

    /// <summary>The disk has failed and has no job under way any more: gives back what is held for it. Nothing may be called afterwards.</summary>
    public void Abandon() => Pieces.Abandon();

    // Bytes that were verified are the only ones that show that a provider gives.
    private void Credit(PieceAssembly assembly)
    {
        BlockProvider? sender = null;
        for (int i = 0; i < assembly.Blocks.Count; i++)
        {
            SourceId id = assembly.Blocks.SenderOf(i);
            if (sender?.Id != id)
                sender = id == SourceId.None ? null : Providers.Find(provider => provider.Id == id);
            if (sender is not null)
                sender.VerifiedBytes += Layout.Block(assembly.Piece, i).Length;
        }
    }

    private void Write(PieceAssembly assembly)
    {
        if (assembly.Blocks.Received == assembly.Blocks.Written)
            return;
        assembly.IsWriting = true;
        _store.WriteBlocks(assembly.Piece, assembly.Blocks.Unwritten());
    }

    private void Verify(PieceAssembly assembly)
    {
        assembly.IsClosing = false;
        assembly.IsWriting = true;
        Pieces.BeginVerifying(assembly);
        BlockBuffer?[] buffers = assembly.Blocks.TakeBuffers(out bool[] written);
        _store.StorePiece(assembly.Piece, buffers, written);
    }

    private void Close(PieceAssembly assembly)
    {
        int written = assembly.Blocks.Written;
        if (!Pieces.Close(assembly) && written > 0)
            _store.ForgetCandidates(assembly.Piece);
    }

    private PieceAssembly Verifying(PieceIndex piece) =>
        Table.StatusOf(piece) == PieceStatus.Verifying && Pieces.TryGet(piece, out PieceAssembly? assembly)
            ? assembly
            : throw new InvalidOperationException($"a verdict on piece {piece}, which is {Table.StatusOf(piece)}");
}
