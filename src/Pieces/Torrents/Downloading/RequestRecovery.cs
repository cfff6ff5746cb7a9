using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Takes back requests so that the blocks can be requested from other providers: requests that are late or lost, that the provider rejected, or that
/// it will not answer because it choked us or left. Owned by the torrent's loop.
/// </summary>
internal sealed class RequestRecovery
{
    private readonly PieceManager _pieces;
    private readonly List<PendingRequest> _released = [];
    private readonly List<BlockRequest> _late = [];

    public RequestRecovery(PieceManager pieces) => _pieces = pieces;

    /// <summary>Marks late requests of a provider, cancels lost ones, and snubs the provider if it sends nothing.</summary>
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

    /// <summary>A provider will not answer any of its pending requests.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="mayStillCome">Whether blocks may still arrive.</param>
    public void TakeAll(BlockProvider provider, bool mayStillCome)
    {
        _released.Clear();
        provider.Requests.Pending.TakeAll(_released);
        foreach (PendingRequest request in _released)
            _pieces.Free(request, mayStillCome);
        _pieces.Disown(provider.Id);
    }

    /// <summary>
    /// A provider no longer has a piece: its pending requests for the piece become free again, though their blocks may still arrive.
    /// </summary>
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
            assembly.Owner = SenderId.None;
    }

    /// <summary>
    /// A provider has rejected a request. Returns false if we had not sent that request, which is a harmless fault of the provider.
    /// </summary>
    public bool OnReject(BlockProvider provider, BlockRequest block, long now)
    {
        if (!provider.Requests.Pending.TryRemove(block, out PendingRequest request))
            return provider.Requests.Pending.TakeCancelled(block);
        _pieces.Free(request, mayStillCome: false);

        // A choke rejects all pending requests, whatever their piece. Only other rejections count as a refusal of the piece.
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
