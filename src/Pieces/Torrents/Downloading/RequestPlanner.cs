using System.Diagnostics.CodeAnalysis;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Decides what to request from a provider: blocks of open pieces first, then of a new piece, and finally blocks that slower providers have not sent
/// yet.
/// </summary>
internal sealed class RequestPlanner
{
    // A piece without outstanding requests that has received no block for this time (in seconds) may be closed when another piece needs its memory.
    private const double IdleSeconds = 10;

    // Maximum number of blocks skipped per call because this provider itself is late with them.
    private const int MostSkipped = 64;

    private readonly PieceManager _pieces;
    private readonly IPiecePicker _picker;
    private readonly Endgame _endgame;
    private readonly SeedSharingPolicy _sharing;
    private readonly long _idleAfter;
    private readonly long _mostForOne;
    private readonly long _leastShare;
    private double _bytesPerSecond;

    /// <summary>Creates an instance.</summary>
    /// <param name="pieces">The pieces to download and their providers.</param>
    /// <param name="picker">Chooses the next piece; must use the same table.</param>
    /// <param name="sharing">Decides what may be requested from seeds in a crowd.</param>
    /// <param name="budget">Memory budget for open pieces.</param>
    /// <param name="time">Provides the timestamp frequency.</param>
    public RequestPlanner(PieceManager pieces, IPiecePicker picker, SeedSharingPolicy sharing, MemoryBudget budget, TimeProvider time)
    {
        _pieces = pieces;
        _picker = picker;
        _sharing = sharing;
        _endgame = new Endgame(pieces, time);
        _idleAfter = (long)(IdleSeconds * time.TimestampFrequency);
        _mostForOne = budget.Capacity / 4 * 3;
        _leastShare = budget.LargestWholePiece;
    }

    /// <summary>Appends the requests to send to a provider now, as many as its window has room for, and marks them as pending.</summary>
    /// <param name="provider">The provider. Nothing is requested before we have sent it our interest.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="most">Maximum number of requests to append.</param>
    /// <param name="into">Receives the requests.</param>
    /// <returns>Number of requests appended.</returns>
    public int Fill(BlockProvider provider, long now, int most, List<BlockRequest> into)
    {
        ProviderRequests requests = provider.Requests;
        int room = Math.Min(most, requests.Room);
        if (room <= 0 || requests.Useful == 0 || !provider.Link.AmInterested || now < requests.PausedUntil)
            return 0;

        int end = into.Count + room;
        int before = into.Count;
        _bytesPerSecond = _pieces.Received.BytesPerSecond(now);
        if (provider.Link.IsChoking)
        {
            FillAllowedFast(provider, now, end, into);
            return into.Count - before;
        }

        bool isSparing = _sharing.AppliesTo(provider);
        IPeerPieces source = isSparing
            ? _sharing.Show(provider, _picker.MostAtSeeds(_bytesPerSecond), now)
            : provider.Pieces;
        source = requests.Refused.Without(source, now);
        FillFrom(provider, source, now, end, into);
        if (isSparing)
            _sharing.OnFilled(provider, now);

        // The provider has spare capacity, but every block has been requested, or the window or the memory is full: try endgame. While there is a
        // crowd, endgame is not used before all pieces are open: for each block that a seed sends us twice, another leecher waits longer.
        if (requests.Pending.Count * 2 < requests.Window.Size && !(_sharing.IsCrowded && _pieces.Table.Missing.Count > 0))
            _endgame.Fill(provider, source, now, end, into);
        return into.Count - before;
    }

    /// <summary>A provider has left.</summary>
    public void Forget(SenderId provider) => _endgame.Forget(provider);

    // Requests blocks of open pieces, then of new ones, among the pieces of `source`.
    private void FillFrom(BlockProvider provider, IPeerPieces source, long now, int end, List<BlockRequest> into)
    {
        bool mayOpen = FillFromOpen(provider, source, now, end, into);
        while (mayOpen && into.Count < end && TryOpen(provider, source, now, out PieceAssembly? opened))
        {
            if (Ask(opened, provider, now, end, into) == 0)
                break;
        }
    }

    // Whether blocks of an open piece may be requested from a provider. They may not if that makes it harder to find out who sent a bad block, or if
    // a more reliable provider should come first.
    private bool MayJoin(PieceAssembly assembly, BlockProvider provider)
    {
        if (assembly.Owner != SenderId.None)
            return assembly.Owner == provider.Id;
        bool isSuspect = _pieces.Blame.IsSuspect(provider.Id);
        if (!isSuspect && !assembly.IsRefetch)
            return true;
        if (isSuspect && (assembly.IsRefetch || assembly.Blocks.Free < assembly.Blocks.Count) && HasHonestSource(assembly.Piece))
            return false;

        // From now on, the piece is requested from this provider only, until it is late or has left.
        assembly.Owner = provider.Id;
        return true;
    }

    private bool HasHonestSource(PieceIndex piece)
    {
        foreach (BlockProvider provider in _pieces.Providers)
        {
            bool sends = !provider.Link.IsChoking && !provider.Requests.Window.IsSnubbed;
            if (sends && provider.Pieces.Has(piece) && !_pieces.Blame.IsSuspect(provider.Id))
                return true;
        }

        return false;
    }

    // Returns false if a large piece is waiting for the disk: opening another one would only spread the available memory more thinly.
    private bool FillFromOpen(BlockProvider provider, IPeerPieces source, long now, int end, List<BlockRequest> into)
    {
        bool mayOpen = true;
        List<PieceAssembly> askable = _pieces.Pieces.Askable;
        for (int i = 0; i < askable.Count && into.Count < end;)
        {
            PieceAssembly assembly = askable[i];
            if (source.Has(assembly.Piece) && MayJoin(assembly, provider))
            {
                Ask(assembly, provider, now, end, into);
                mayOpen &= assembly.HasRoom || assembly.IsClosing;
            }

            if (i < askable.Count && askable[i] == assembly)
                i++;
        }

        return mayOpen;
    }

    private void FillAllowedFast(BlockProvider provider, long now, int end, List<BlockRequest> into)
    {
        IPeerPieces source = provider.Requests.Refused.Without(provider.Pieces, now);
        foreach (PieceIndex piece in provider.Requests.AllowedFast)
        {
            if (into.Count >= end)
                return;
            if (!source.Has(piece))
                continue;
            PieceStatus status = _pieces.Table.StatusOf(piece);
            if (status == PieceStatus.Missing && !Open(piece, provider, now, out _))
                continue;
            bool isOpen = _pieces.Table.StatusOf(piece) == PieceStatus.Open;
            if (isOpen && _pieces.Pieces.TryGet(piece, out PieceAssembly? assembly) && MayJoin(assembly, provider))
                Ask(assembly, provider, now, end, into);
        }
    }

    private int Ask(PieceAssembly assembly, BlockProvider provider, long now, int end, List<BlockRequest> into)
    {
        int before = into.Count;
        int skipped = 0;
        BlockSlots blocks = assembly.Blocks;
        for (int i = blocks.NextFree(0); i >= 0 && into.Count < end && assembly.HasRoom; i = blocks.NextFree(i + 1))
        {
            BlockRequest block = _pieces.Layout.Block(assembly.Piece, i);
            if (blocks.IsShared(i) && provider.Requests.Pending.Contains(block))
            {
                if (++skipped == MostSkipped)
                    break;
                continue;
            }

            blocks.Ask(i, isShared: false);
            provider.Requests.Ask(block, now);
            into.Add(block);
        }

        if (blocks.Free == 0)
            _pieces.Pieces.OnAllAsked(assembly);
        return into.Count - before;
    }

    private bool TryOpen(BlockProvider provider, IPeerPieces source, long now, [MaybeNullWhen(false)] out PieceAssembly opened)
    {
        opened = null;
        if (_pieces.Table.Missing.Count == 0 || !HasShareLeft(provider))
            return false;

        // Incomplete pieces, which an earlier run began or which were closed to free memory, are finished first.
        PieceIndex piece;
        while (_pieces.Pieces.TryPickParked(source, out piece))
        {
            if (!Open(piece, provider, now, out opened))
                return false;
            if (!opened.Blocks.IsComplete)
                return true;
            _pieces.Advance(opened);
        }

        bool isPicked = provider.Run?.TryContinue(_pieces.Table, source, out piece) == true || _picker.TryPick(source, _bytesPerSecond, out piece);
        if (!isPicked || !Open(piece, provider, now, out opened))
            return false;
        provider.Run?.OnOpened(piece, opened.Length);
        _sharing.OnPicked(piece);
        return true;
    }

    // A single provider must not hold all of the memory: if it stalled, the other providers would have nothing to do.
    private bool HasShareLeft(BlockProvider provider)
    {
        long held = _pieces.Pieces.ReservedBy(provider.Id);
        return held == 0 || held + Math.Min(_pieces.Layout.PieceLength, _leastShare) <= _mostForOne;
    }

    private bool Open(PieceIndex piece, BlockProvider provider, long now, [MaybeNullWhen(false)] out PieceAssembly opened)
    {
        long most = _mostForOne - _pieces.Pieces.ReservedBy(provider.Id);
        if (!_pieces.Pieces.TryOpen(piece, provider.Id, most, now, out opened) &&
            !(CloseIdle(now) && _pieces.Pieces.TryOpen(piece, provider.Id, most, now, out opened)))
        {
            return false;
        }

        if (_pieces.Blame.IsSuspect(provider.Id))
            opened.Owner = provider.Id;
        return true;
    }

    // Closes pieces that make no progress or have no provider. Returns true if memory became free at once.
    private bool CloseIdle(long now)
    {
        bool closed = false;
        for (int i = _pieces.Pieces.Open.Count - 1; i >= 0; i--)
        {
            PieceAssembly assembly = _pieces.Pieces.Open[i];
            bool isIdle = assembly.Blocks.Outstanding == 0 && now - assembly.LastProgress >= _idleAfter;
            if (isIdle || !IsProvided(assembly.Piece))
                closed |= _pieces.BeginClose(assembly);
        }

        return closed;
    }

    // The table counts only the copies in the swarm. Providers outside the swarm are few and are checked one by one.
    private bool IsProvided(PieceIndex piece)
    {
        if (_pieces.Table.CopiesOf(piece) > 0)
            return true;
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (!provider.IsInSwarm && provider.Pieces.Has(piece))
                return true;
        }

        return false;
    }
}
