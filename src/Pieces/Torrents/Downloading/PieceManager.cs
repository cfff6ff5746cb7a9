using Pieces.Metadata;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// The pieces of a download, from the first request to the disk, and the providers of their blocks. At most one disk job runs per piece. Blocks of a
/// piece that is too large for the memory budget are written as they arrive. Blocks of other pieces are also written as they arrive while the
/// download is slow, so that a crash loses only the last few blocks. Owned by the torrent's loop; no method waits.
/// </summary>
internal sealed class PieceManager
{
    private const int RateSeconds = 5;

    private readonly IPieceStore _store;
    private bool _isSlow = true;

    /// <summary>Creates an instance without providers.</summary>
    /// <param name="table">The state of every piece.</param>
    /// <param name="budget">Memory budget for open pieces.</param>
    /// <param name="store">The store that pieces are written to.</param>
    /// <param name="time">Provides the timestamp frequency.</param>
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

    /// <summary>The open and verifying pieces.</summary>
    public OpenPieces Pieces { get; }

    /// <summary>The senders of the blocks of bad pieces.</summary>
    public BlameLedger Blame { get; } = new();

    /// <summary>The block providers. Only <see cref="Requester"/> may change the list.</summary>
    public List<BlockProvider> Providers { get; } = [];

    /// <summary>Payload received, including waste.</summary>
    public RateMeter Received { get; }

    /// <summary>Discarded payload in bytes: duplicate blocks, unsolicited blocks and pieces that failed their hash check.</summary>
    public long Wasted { get; private set; }

    /// <summary>Bytes of wanted pieces that are not verified yet; never negative.</summary>
    public long BytesLeft { get; private set; }

    /// <summary>Piece arithmetic.</summary>
    public PieceLayout Layout => Table.Layout;

    /// <summary>Verified and stored pieces. Read-only.</summary>
    public Bitfield Have => Table.Have;

    /// <summary>Wanted pieces. Read-only.</summary>
    public Bitfield Wanted => Table.Wanted;

    /// <summary>Whether every wanted piece is verified and stored.</summary>
    public bool IsComplete => PiecesLeft == 0;

    /// <summary>Number of wanted pieces that are not stored yet.</summary>
    public int PiecesLeft => Table.Needed.Count;

    /// <summary>Number of pieces that are open or verifying.</summary>
    public int OpenCount => Pieces.Count;

    /// <summary>Whether the download is slow: then blocks of every piece are written as they arrive, if another run can resume from them.</summary>
    public bool IsSlow
    {
        set => _isSlow = value;
    }

    /// <summary>Adds blocks of a missing piece that an earlier run has written. They count as received, without a sender.</summary>
    /// <returns>False if the piece is not missing or too many are remembered: the store may forget the blocks.</returns>
    public bool AddCandidate(PieceIndex piece, IReadOnlyList<int> ordinals) => Pieces.Park(piece, ordinals);

    /// <summary>Counts discarded payload.</summary>
    public void Waste(int bytes) => Wasted += bytes;

    /// <summary>A block was received, or the piece was complete when opened. Returns true if the piece is now being verified.</summary>
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

    /// <summary>Gives up an open piece after its blocks in memory have been written to disk. Returns true if it is closed already.</summary>
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

    /// <summary>
    /// A request is no longer pending: its block becomes free again, unless it was received or is also requested from another provider.
    /// </summary>
    /// <param name="request">The request as it was taken from <see cref="PendingRequests"/>.</param>
    /// <param name="mayStillCome">Whether the block may still arrive.</param>
    public void Free(PendingRequest request, bool mayStillCome)
    {
        if (request.IsLate || !Pieces.TryGet(request.Block.Piece, out PieceAssembly? assembly))
            return;
        if (assembly.Blocks.Unask(request.Block.Ordinal, mayStillCome) && Table.StatusOf(assembly.Piece) == PieceStatus.Open)
            Pieces.OnFreed(assembly);
    }

    /// <summary>Lifts the restriction of pieces that were to be requested from this provider only.</summary>
    public void Disown(SenderId provider)
    {
        foreach (PieceAssembly assembly in Pieces.Open)
        {
            if (assembly.Owner == provider)
                assembly.Owner = SenderId.None;
        }
    }

    /// <summary>Blocks of an open piece have been written.</summary>
    /// <returns>Whether memory or requests have become free.</returns>
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

    /// <summary>A piece is verified and stored.</summary>
    public void OnStored(PieceStored stored)
    {
        PieceAssembly assembly = Verifying(stored.Piece);
        Credit(assembly);
        assembly.IsWriting = false;
        Pieces.Finish(assembly);
        BytesLeft -= Layout.LengthOf(stored.Piece);
    }

    /// <summary>A piece failed its hash check: it is open again, and all of its blocks are discarded.</summary>
    /// <param name="rejected">The result of the check.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="convicted">Receives the senders to ban.</param>
    public void OnRejected(PieceRejected rejected, long now, List<SenderId> convicted)
    {
        PieceAssembly assembly = Verifying(rejected.Piece);
        var senders = new SenderId[assembly.Blocks.Count];
        for (int i = 0; i < senders.Length; i++)
        {
            senders[i] = assembly.Blocks.SenderOf(i);
            if (senders[i] != SenderId.None)
                Wasted += Layout.Block(assembly.Piece, i).Length;
        }

        Blame.Record(rejected.Piece, rejected.BlockDigests, senders, convicted);
        assembly.IsWriting = false;
        if (assembly.Blocks.Written > 0)
            _store.ForgetCandidates(assembly.Piece);
        Pieces.Reopen(assembly, now);
    }

    /// <summary>A piece that had failed its hash check has been received correctly: appends the senders to ban.</summary>
    public void OnDigests(PieceDigests digests, List<SenderId> convicted) => Blame.Resolve(digests.Piece, digests.BlockDigests, convicted);

    /// <summary>
    /// Closes every open piece because the torrent stops. If another run can resume from them, the blocks in memory are written first. The writes are
    /// finished when the store is idle and all its results have been handled.
    /// </summary>
    public void CloseAll()
    {
        if (!_store.CanResume)
            return;
        for (int i = Pieces.Open.Count - 1; i >= 0; i--)
            BeginClose(Pieces.Open[i]);
    }

    /// <summary>The disk has failed and has no jobs in progress: releases all memory held for it. No method may be called afterwards.</summary>
    public void Abandon() => Pieces.Abandon();

    // Credits the senders of a verified piece. Only verified bytes show that a provider contributes.
    private void Credit(PieceAssembly assembly)
    {
        BlockProvider? sender = null;
        for (int i = 0; i < assembly.Blocks.Count; i++)
        {
            SenderId id = assembly.Blocks.SenderOf(i);
            if (sender?.Id != id)
                sender = id == SenderId.None ? null : Providers.Find(provider => provider.Id == id);
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
