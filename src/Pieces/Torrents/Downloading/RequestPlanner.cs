using System.Diagnostics.CodeAnalysis;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>Decides what to ask a peer for: open pieces, then a new one, and when nothing is left what slower peers are still to send.</summary>
internal sealed class RequestPlanner
{
    // A piece that nobody is asked for and that has not got on for so long may be closed when another needs its memory.
    private const double IdleSeconds = 10;

    // Blocks that are late at the peer itself are skipped; so many of them in one call at most.
    private const int MostSkipped = 64;

    private readonly PieceWork _work;
    private readonly IPiecePicker _picker;
    private readonly PieceHandover _writer;
    private readonly Endgame _endgame;
    private readonly SeedCourtesy _courtesy;
    private readonly long _idleAfter;
    private readonly long _mostForOne;
    private readonly long _leastShare;

    public RequestPlanner(PieceWork work, IPiecePicker picker, PieceHandover writer, SeedCourtesy courtesy, MemoryBudget budget, TimeProvider time)
    {
        _work = work;
        _picker = picker;
        _writer = writer;
        _courtesy = courtesy;
        _endgame = new Endgame(work, time);
        _idleAfter = (long)(IdleSeconds * time.TimestampFrequency);
        _mostForOne = budget.Capacity / 4 * 3;
        _leastShare = budget.LargestWholePiece;
    }

    /// <summary>Present rate of the whole download, in bytes a second.</summary>
    public double BytesPerSecond { get; set; }

    /// <summary>Appends the requests to send to a peer now, marks them as asked, and returns their number.</summary>
    public int Fill(PeerState peer, long now, int most, List<BlockRequest> into)
    {
        ProviderRequests requests = peer.Requests;
        int room = Math.Min(most, requests.Window.Size - requests.Pending.Count);
        if (room <= 0 || requests.Useful == 0 || !peer.Flags.AmInterested || now < requests.PausedUntil)
            return 0;

        int end = into.Count + room;
        int before = into.Count;
        if (peer.Flags.PeerChoking)
        {
            FillAllowedFast(peer, now, end, into);
            return into.Count - before;
        }

        bool isSparing = _courtesy.AppliesTo(peer);
        IPieceMap source = isSparing
            ? _courtesy.Show(peer, _picker.MostAtSeeds(BytesPerSecond), now)
            : peer.Pieces;
        FillFrom(peer, source, now, end, into);
        if (isSparing)
            _courtesy.OnFilled(peer, now);

        // Nothing else is left for a peer that could do more: everything is asked for, or all of the window or of the memory. In a crowd nothing is asked
        // twice before the end: what one gets twice another lacks.
        if (requests.Pending.Count * 2 < requests.Window.Size && !(_courtesy.IsCrowded && _work.Table.Missing.Count > 0))
            _endgame.Fill(peer, source, now, end, into);
        return into.Count - before;
    }

    /// <summary>A peer has left.</summary>
    public void Forget(SourceId peer) => _endgame.Forget(peer);

    // Open pieces, then new ones, of what the source has.
    private void FillFrom(PeerState peer, IPieceMap source, long now, int end, List<BlockRequest> into)
    {
        bool mayOpen = FillFromOpen(peer, source, now, end, into);
        while (mayOpen && into.Count < end && TryOpen(peer, source, now, out PieceAssembly? opened))
        {
            if (Ask(opened, peer, now, end, into) == 0)
                break;
        }
    }

    /// <summary>Whether a peer that is asked for a piece would make it harder to find who sent what, or another should come first.</summary>
    private bool MayJoin(PieceAssembly assembly, PeerState peer)
    {
        if (assembly.Owner != SourceId.None)
            return assembly.Owner == peer.Id;
        bool isSuspect = _work.Blame.IsSuspect(peer.Id);
        if (!isSuspect && !assembly.IsRefetch)
            return true;
        if (isSuspect && (assembly.IsRefetch || assembly.Blocks.Free < assembly.Blocks.Count) && HasHonestSource(assembly.Piece))
            return false;

        // From now on this peer alone, till it is late or gone.
        assembly.Owner = peer.Id;
        return true;
    }

    private bool HasHonestSource(PieceIndex piece)
    {
        foreach (PeerState peer in _work.Peers)
        {
            if (!peer.Flags.PeerChoking && !peer.Requests.Window.IsSnubbed && peer.Pieces.Has(piece) && !_work.Blame.IsSuspect(peer.Id))
                return true;
        }

        return false;
    }

    // False when a large piece waits for the disk: opening another would only spread what memory there is.
    private bool FillFromOpen(PeerState peer, IPieceMap source, long now, int end, List<BlockRequest> into)
    {
        bool mayOpen = true;
        List<PieceAssembly> askable = _work.Pieces.Askable;
        for (int i = 0; i < askable.Count && into.Count < end;)
        {
            PieceAssembly assembly = askable[i];
            if (source.Has(assembly.Piece) && MayJoin(assembly, peer))
            {
                Ask(assembly, peer, now, end, into);
                mayOpen &= assembly.HasRoom || assembly.IsClosing;
            }

            if (i < askable.Count && askable[i] == assembly)
                i++;
        }

        return mayOpen;
    }

    private void FillAllowedFast(PeerState peer, long now, int end, List<BlockRequest> into)
    {
        foreach (PieceIndex piece in peer.Requests.AllowedFast)
        {
            if (into.Count >= end)
                return;
            if (!peer.Pieces.Has(piece))
                continue;
            PieceStatus status = _work.Table.StatusOf(piece);
            if (status == PieceStatus.Missing && !Open(piece, peer, now, out _))
                continue;
            if (_work.Table.StatusOf(piece) == PieceStatus.Open && _work.Pieces.TryGet(piece, out PieceAssembly? assembly) && MayJoin(assembly, peer))
                Ask(assembly, peer, now, end, into);
        }
    }

    private int Ask(PieceAssembly assembly, PeerState peer, long now, int end, List<BlockRequest> into)
    {
        int before = into.Count;
        int skipped = 0;
        BlockSlots blocks = assembly.Blocks;
        for (int i = blocks.NextFree(0); i >= 0 && into.Count < end && assembly.HasRoom; i = blocks.NextFree(i + 1))
        {
            BlockRequest block = _work.Layout.Block(assembly.Piece, i);
            if (blocks.IsShared(i) && peer.Requests.Pending.Contains(block))
            {
                if (++skipped == MostSkipped)
                    break;
                continue;
            }

            blocks.Ask(i, isShared: false);
            peer.Requests.Ask(block, now);
            into.Add(block);
        }

        if (blocks.Free == 0)
            _work.Pieces.OnAllAsked(assembly);
        return into.Count - before;
    }

    private bool TryOpen(PeerState peer, IPieceMap source, long now, [MaybeNullWhen(false)] out PieceAssembly opened)
    {
        opened = null;
        if (_work.Table.Missing.Count == 0 || !HasShareLeft(peer))
            return false;

        // What an earlier run or a closing left half done is finished first.
        PieceIndex piece;
        while (_work.Pieces.TryPickParked(source, out piece))
        {
            if (!Open(piece, peer, now, out opened))
                return false;
            if (!opened.Blocks.IsComplete)
                return true;
            _writer.Advance(opened);
        }

        if (!_picker.TryPick(source, BytesPerSecond, out piece) || !Open(piece, peer, now, out opened))
            return false;
        _courtesy.OnPicked(piece);
        return true;
    }

    // One peer alone may not hold all of the memory: were it to fall asleep, the others would have nothing to do.
    private bool HasShareLeft(PeerState peer)
    {
        long held = _work.Pieces.ReservedBy(peer.Id);
        return held == 0 || held + Math.Min(_work.Layout.PieceLength, _leastShare) <= _mostForOne;
    }

    private bool Open(PieceIndex piece, PeerState peer, long now, [MaybeNullWhen(false)] out PieceAssembly opened)
    {
        long most = _mostForOne - _work.Pieces.ReservedBy(peer.Id);
        if (!_work.Pieces.TryOpen(piece, peer.Id, most, now, out opened) &&
            !(CloseIdle(now) && _work.Pieces.TryOpen(piece, peer.Id, most, now, out opened)))
        {
            return false;
        }

        if (_work.Blame.IsSuspect(peer.Id))
            opened.Owner = peer.Id;
        return true;
    }

    /// <summary>Closes pieces that nobody can go on with. True when memory came free at once.</summary>
    private bool CloseIdle(long now)
    {
        bool closed = false;
        for (int i = _work.Pieces.Open.Count - 1; i >= 0; i--)
        {
            PieceAssembly assembly = _work.Pieces.Open[i];
            bool isIdle = assembly.Blocks.Outstanding == 0 && now - assembly.LastProgress >= _idleAfter;
            if (isIdle || _work.Table.CopiesOf(assembly.Piece) == 0)
                closed |= _writer.BeginClose(assembly);
        }

        return closed;
    }
}
