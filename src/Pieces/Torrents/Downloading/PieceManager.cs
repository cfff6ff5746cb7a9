using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Joins table, picker, budget and disk: what to ask of whom, where blocks go, and whom to blame. Owned by the torrent's loop; nothing here waits.
/// </summary>
internal sealed class PieceManager
{
    private readonly PieceWork _work;
    private readonly PieceHandover _writer;
    private readonly RequestPlanner _planner;
    private readonly SeedCourtesy _courtesy;
    private readonly BlockIntake _intake;
    private readonly List<PendingRequest> _released = [];
    private readonly List<BlockRequest> _late = [];

    /// <summary>Makes it for a torrent without peers.</summary>
    /// <param name="table">What is wanted and here.</param>
    /// <param name="picker">Which piece comes next; over the same table.</param>
    /// <param name="budget">Memory for open pieces.</param>
    /// <param name="store">The disk.</param>
    /// <param name="time">For the length of a second in timestamps.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="lotName">Our own name in lots for pieces.</param>
    public PieceManager(PieceTable table, IPiecePicker picker, MemoryBudget budget, IPieceStore store, TimeProvider time, long now, ulong lotName = 0)
    {
        _work = new PieceWork(table, new OpenPieces(table, budget));
        _writer = new PieceHandover(_work, store);
        _courtesy = new SeedCourtesy(_work, lotName, time);
        _planner = new RequestPlanner(_work, picker, _writer, _courtesy, budget, time);
        _intake = new BlockIntake(_work, _writer, time, now);
        for (int i = table.Needed.NextSet(0); i >= 0; i = table.Needed.NextSet(i + 1))
            BytesLeft += table.Layout.LengthOf(table.Layout.Piece(i));
    }

    /// <summary>Pieces that are verified and stored. Read only.</summary>
    public Bitfield Have => _work.Table.Have;

    /// <summary>Pieces that are wanted. Read only.</summary>
    public Bitfield Wanted => _work.Table.Wanted;

    /// <summary>Bytes of wanted pieces that are not verified; never negative.</summary>
    public long BytesLeft { get; private set; }

    /// <summary>Whether every wanted piece is verified and stored.</summary>
    public bool IsComplete => PiecesLeft == 0;

    /// <summary>Wanted pieces that are not stored yet.</summary>
    public int PiecesLeft => _work.Table.Needed.Count;

    /// <summary>Payload received, in bytes, waste included.</summary>
    public long Downloaded => _intake.Downloaded.Total;

    /// <summary>Payload thrown away, in bytes: copies, what was not asked for, and pieces whose hash was wrong.</summary>
    public long Wasted => _intake.Wasted;

    /// <summary>Pieces that are open or verifying.</summary>
    public int OpenCount => _work.Pieces.Count;

    /// <summary>Whether no job of the disk is under way.</summary>
    public bool IsDiskIdle => _writer.Jobs == 0;

    /// <summary>Present rate of payload, in bytes a second.</summary>
    public double DownloadRate(long now) => _intake.Downloaded.BytesPerSecond(now);

    /// <summary>Whether a peer had a part in a bad piece that is not cleared up.</summary>
    public bool IsSuspect(PeerState peer) => _work.Blame.IsSuspect(peer.Id);

    /// <summary>Blocks that an earlier run wrote of a missing piece. They count as here, and nobody is blamed for them.</summary>
    /// <returns>False when the piece is not missing or too many are remembered: the store may forget them.</returns>
    public bool AddCandidate(PieceIndex piece, IReadOnlyList<int> ordinals) => _work.Pieces.Park(piece, ordinals);

    /// <summary>A peer has come; its pieces, if known already, are counted.</summary>
    public void PeerJoined(PeerState peer)
    {
        _work.Peers.Add(peer);
        Count(peer);
    }

    /// <summary>A peer has gone: its requests are free again.</summary>
    public void PeerLeft(PeerState peer)
    {
        if (!_work.Peers.Remove(peer))
            return;
        ReleaseAll(peer, mayStillCome: false);
        Uncount(peer);
        _courtesy.Forget(peer);
        _planner.Forget(peer.Id);
    }

    /// <summary>A peer says under which name it draws lots; null: it draws none.</summary>
    public void SetLot(SourceId peer, ulong? name) => _courtesy.SetLot(peer, name);

    /// <summary>A peer has one piece more. False when that was known.</summary>
    public bool OnHave(PeerState peer, PieceIndex piece)
    {
        if (!peer.Pieces.Add(piece))
            return false;
        if (_work.Table.CopiesOf(piece) == _work.Table.Seeds)
            _courtesy.OnBrought(piece);
        _work.Table.AddCopy(piece);
        if (_work.Table.Needed[piece])
            peer.Requests.Useful++;
        return true;
    }

    /// <summary>A peer has said what it has (BEP 3). False when it broke the protocol: too many bytes, too few, or a spare bit set.</summary>
    public bool OnBitfield(PeerState peer, ReadOnlySpan<byte> bytes)
    {
        if (!Bitfield.TryRead(bytes, _work.Layout.PieceCount, out Bitfield bits))
            return false;
        BeginStatement(peer, isNews: bits.Count > peer.Pieces.Count);
        peer.Pieces.Replace(bits);
        Count(peer);
        return true;
    }

    /// <summary>A peer has everything (BEP 6).</summary>
    public void OnHaveAll(PeerState peer)
    {
        BeginStatement(peer);
        peer.Pieces.SetAll();
        Count(peer);
    }

    /// <summary>A peer has nothing (BEP 6).</summary>
    public void OnHaveNone(PeerState peer)
    {
        BeginStatement(peer);
        peer.Pieces.Clear();
    }

    /// <summary>A peer chokes us now. Without the fast extension that drops what we asked for; with it each request is rejected (BEP 6).</summary>
    public void OnChoked(PeerState peer, bool supportsFast)
    {
        peer.Flags.PeerChoking = true;
        if (!supportsFast)
            ReleaseAll(peer, mayStillCome: true);
        _work.Disown(peer);
    }

    /// <summary>A peer will not answer a request (BEP 6). False when it was not asked: a fault of the peer, though a harmless one.</summary>
    public bool OnReject(PeerState peer, BlockRequest block, long now)
    {
        if (!peer.Requests.Pending.TryRemove(block, out PendingRequest request))
            return peer.Requests.Pending.TakeCancelled(block);
        _work.Free(request, mayStillCome: false);
        if (!peer.Flags.PeerChoking)
            peer.Requests.Pause(now);
        return true;
    }

    /// <summary>Appends what to ask a peer for now, as many as its window has room for, and marks it as asked. The peer must have been told of
    /// our interest.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="into">Gets the requests.</param>
    /// <param name="most">Requests that may be appended.</param>
    /// <returns>Number of requests appended.</returns>
    public int FillRequests(PeerState peer, long now, List<BlockRequest> into, int most = int.MaxValue)
    {
        Measure(now);
        return _planner.Fill(peer, now, most, into);
    }

    /// <summary>Takes a block and its buffer.</summary>
    /// <param name="peer">Who sent it.</param>
    /// <param name="block">The block; the buffer is not the caller's any more, whatever the verdict.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="cancels">Gets the requests to cancel at other peers.</param>
    public BlockVerdict Accept(PeerState peer, BlockMessage block, long now, List<PeerRequest> cancels) =>
        _intake.Accept(peer, block, now, cancels);

    /// <summary>Looks for late and lost requests; to be called about once a second, and more often does no harm.</summary>
    /// <param name="now">Timestamp.</param>
    /// <param name="cancels">Gets the requests that count as lost, to be cancelled.</param>
    public void Tick(long now, List<PeerRequest> cancels)
    {
        Measure(now);
        _courtesy.Look();
        foreach (PeerState peer in _work.Peers)
        {
            MarkLate(peer, now);
            _released.Clear();
            peer.Requests.TakeExpired(now, _released);
            foreach (PendingRequest lost in _released)
            {
                _work.Free(lost, mayStillCome: true);
                cancels.Add(new PeerRequest(peer, lost.Block));
            }

            if (!peer.Flags.PeerChoking && peer.Requests.IsSilent(now))
                peer.Requests.Window.Snub();
        }
    }

    /// <summary>Blocks of an open piece are on the disk.</summary>
    /// <returns>Whether memory or requests have come free by it.</returns>
    public bool OnBlocksWritten(BlocksWritten written) => _writer.OnWritten(written);

    /// <summary>A piece is verified and stored: it counts from now on.</summary>
    public void OnStored(PieceStored stored)
    {
        _writer.OnStored(Verifying(stored.Piece));
        _courtesy.OnStored(stored.Piece);
        BytesLeft -= _work.Layout.LengthOf(stored.Piece);
        foreach (PeerState peer in _work.Peers)
        {
            if (peer.Pieces.Has(stored.Piece))
                peer.Requests.Useful--;
        }
    }

    /// <summary>A piece's hash was wrong: it is open again.</summary>
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
                _intake.Wasted += _work.Layout.Block(assembly.Piece, i).Length;
        }

        _work.Blame.Record(rejected.Piece, rejected.BlockDigests, senders, convicted);
        _writer.OnRejected(assembly, now);
    }

    /// <summary>A good copy of a piece that had been rejected: appends those who are to be banned.</summary>
    public void OnDigests(PieceDigests digests, List<SourceId> convicted) => _work.Blame.Resolve(digests.Piece, digests.BlockDigests, convicted);

    /// <summary>
    /// Gives up every open piece for a stop: what is in memory goes to the disk if another run can go on from it. Over when <see cref="IsDiskIdle"/>.
    /// </summary>
    public void CloseAll()
    {
        if (!_writer.CanResume)
            return;
        for (int i = _work.Pieces.Open.Count - 1; i >= 0; i--)
            _writer.BeginClose(_work.Pieces.Open[i]);
    }

    /// <summary>The disk has failed and has no job under way any more: gives back what is held for it. Nothing may be called afterwards.</summary>
    public void Abandon() => _work.Pieces.Abandon();

    private void Measure(long now) => _planner.BytesPerSecond = DownloadRate(now);

    private void MarkLate(PeerState peer, long now)
    {
        _late.Clear();
        peer.Requests.Pending.MarkLate(now - peer.Requests.LateAfter, _late);
        if (_late.Count == 0)
            return;
        foreach (BlockRequest block in _late)
            _work.Free(new PendingRequest(block, now, IsLate: false), mayStillCome: true);
        _work.Disown(peer);
    }

    private void ReleaseAll(PeerState peer, bool mayStillCome)
    {
        _released.Clear();
        peer.Requests.Pending.TakeAll(_released);
        foreach (PendingRequest request in _released)
            _work.Free(request, mayStillCome);
        _work.Disown(peer);
    }

    // To take back what a peer said costs a pass over its pieces: harmless once, and not to be had again and again.
    // Unless there is more in it: aria2 says by a bitfield what it got when that is shorter than a message for each piece.
    private void BeginStatement(PeerState peer, bool isNews = false)
    {
        if (peer.Pieces.IsStated && !isNews)
            peer.Offend(Offence.RepeatedStatement);
        Uncount(peer);
    }

    private void Count(PeerState peer)
    {
        if (peer.Pieces.IsWhole)
            _work.Table.AddSeed();
        else if (peer.Pieces.Bits is { } bits)
            _work.Table.AddCopies(bits);
        peer.Requests.Useful = peer.Pieces.CountCommon(_work.Table.Needed);
        _courtesy.Look();
    }

    private void Uncount(PeerState peer)
    {
        if (peer.Pieces.IsWhole)
            _work.Table.RemoveSeed();
        else if (peer.Pieces.Bits is { } bits)
            _work.Table.RemoveCopies(bits);
        peer.Requests.Useful = 0;
    }

    private PieceAssembly Verifying(PieceIndex piece) =>
        _work.Table.StatusOf(piece) == PieceStatus.Verifying && _work.Pieces.TryGet(piece, out PieceAssembly? assembly)
            ? assembly
            : throw new InvalidOperationException($"a verdict on piece {piece}, which is {_work.Table.StatusOf(piece)}");
}
