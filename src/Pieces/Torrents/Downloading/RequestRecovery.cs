using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Takes requests back, so that others may be asked: those that are late or lost, that the provider rejects, or that it will not answer since it
/// chokes us or has left. Owned by the torrent's loop.
/// </summary>
internal sealed class RequestRecovery
{
    private readonly PieceManager _pieces;
    private readonly List<PendingRequest> _released = [];
    private readonly List<BlockRequest> _late = [];

    /// <summary>Makes it.</summary>
    public RequestRecovery(PieceManager pieces) => _pieces = pieces;

    /// <summary>Looks for late and lost requests of a provider, cancels the lost ones, and notices that it sends nothing.</summary>
    public void Tick(BlockProvider provider, long now)
    {
        MarkLate(provider, now);
        _released.Clear();
        provider.Requests.TakeExpired(now, _released);
        foreach (PendingRequest lost in _released)
        {
            _pieces.Free(lost, mayStillCome: true);
            provider.Link.SendCancel(lost.Block);
        }

        if (!provider.Link.IsChoking && provider.Requests.IsSilent(now))
            provider.Requests.Window.Snub();
    }

    /// <summary>A provider answers none of its requests any more.</summary>
    /// <param name="provider">Who.</param>
    /// <param name="mayStillCome">Whether blocks may be on their way all the same.</param>
    public void TakeAll(BlockProvider provider, bool mayStillCome)
    {
        _released.Clear();
        provider.Requests.Pending.TakeAll(_released);
        foreach (PendingRequest request in _released)
            _pieces.Free(request, mayStillCome);
        _pieces.Disown(provider.Id);
    }

    /// <summary>A provider no longer has a piece: its pending requests for it are free again, though blocks may be on their way.</summary>
    public void TakePiece(BlockProvider provider, PieceIndex piece)
    {
        PendingRequests pending = provider.Requests.Pending;
        _released.Clear();
        int cursor = 0;
        while (pending.TryStepBack(ref cursor, out PendingRequest request))
        {
            if (request.Block.Piece == piece)
                _released.Add(request);
        }

        foreach (PendingRequest request in _released)
        {
            pending.TryRemove(request.Block, out _);
            pending.RememberCancelled(request.Block);
            _pieces.Free(request, mayStillCome: true);
        }

        if (_pieces.Pieces.TryGet(piece, out PieceAssembly? assembly) && assembly.Owner == provider.Id)
            assembly.Owner = SourceId.None;
    }

    /// <summary>A provider will not answer a request. False when it was not asked: its fault, though a harmless one.</summary>
    public bool OnReject(BlockProvider provider, BlockRequest block, long now)
    {
        if (!provider.Requests.Pending.TryRemove(block, out PendingRequest request))
            return provider.Requests.Pending.TakeCancelled(block);
        _pieces.Free(request, mayStillCome: false);

        // A choke rejects what was asked for; what is allowed in spite of it is refused for itself.
        if (!provider.Link.IsChoking || provider.Requests.AllowedFast.Contains(block.Piece))
            provider.Requests.OnRefused(block.Piece, now);
        return true;
    }

    private void MarkLate(BlockProvider provider, long now)
    {
        _late.Clear();
        provider.Requests.Pending.MarkLate(now - provider.Requests.LateAfter, _late);
        if (_late.Count == 0)
            return;
        foreach (BlockRequest block in _late)
            _pieces.Free(new PendingRequest(block, now, IsLate: false), mayStillCome: true);
        _pieces.Disown(provider.Id);
    }
}
