using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>Checks every received block, stores it in its slot and counts it. Owned by the torrent's loop.</summary>
internal sealed class BlockIntake
{
    // While the download rate is below this (in bytes per second), blocks are written as they arrive.
    private const double EarlyWriteBelow = 32 * 1024 * 1024;

    private readonly PieceManager _pieces;
    private readonly TimeProvider _time;

    /// <summary>Creates an instance.</summary>
    /// <param name="pieces">The pieces that blocks belong to.</param>
    /// <param name="time">Source of timestamps.</param>
    public BlockIntake(PieceManager pieces, TimeProvider time)
    {
        _pieces = pieces;
        _time = time;
    }

    /// <summary>Takes a block and its buffer. If the block was also requested from other providers, cancels it there.</summary>
    /// <param name="provider">The sender.</param>
    /// <param name="piece">Piece index, as received.</param>
    /// <param name="begin">Offset of the block in the piece, in bytes, as received.</param>
    /// <param name="data">The bytes of the block. This method takes ownership of the buffer, whatever the result.</param>
    public BlockVerdict Accept(BlockProvider provider, uint piece, uint begin, BlockBuffer data)
    {
        long now = _time.GetTimestamp();
        int length = data.Length;
        _pieces.Received.Add(length, now);
        provider.Downloaded.Add(length, now);
        if (!_pieces.Layout.TryGetBlock(piece, begin, (uint)length, out BlockRequest request))
        {
            provider.Link.OnUnsolicitedBlock(exists: false);
            return Waste(data, BlockVerdict.Invalid);
        }

        if (provider.Requests.Pending.TryRemove(request, out PendingRequest pending))
        {
            provider.Requests.OnBlock(pending.SentAt, length, now);
            provider.Requests.Refused.Remove(request.Piece);
        }
        else if (!provider.Requests.Pending.TakeCancelled(request))
        {
            if (IsHere(request))
                return Waste(data, BlockVerdict.Duplicate);
            provider.Link.OnUnsolicitedBlock(exists: true);
            return Waste(data, BlockVerdict.Unsolicited);
        }

        if (_pieces.Table.StatusOf(request.Piece) != PieceStatus.Open || !_pieces.Pieces.TryGet(request.Piece, out PieceAssembly? assembly) ||
            assembly.Blocks.IsReceived(request.Ordinal))
        {
            return Waste(data, BlockVerdict.Duplicate);
        }

        bool isShared = assembly.Blocks.IsShared(request.Ordinal);
        assembly.Blocks.Receive(request.Ordinal, data, provider.Id);
        assembly.LastProgress = now;
        _pieces.IsSlow = _pieces.Received.BytesPerSecond(now) < EarlyWriteBelow;
        if (assembly.Blocks.Free == 0)
            _pieces.Pieces.OnAllAsked(assembly);
        if (isShared)
            CancelElsewhere(request, provider);
        return _pieces.Advance(assembly) ? BlockVerdict.PieceComplete : BlockVerdict.Accepted;
    }

    private void CancelElsewhere(BlockRequest request, BlockProvider sender)
    {
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (provider == sender || !provider.Requests.Pending.TryRemove(request, out _))
                continue;
            provider.Requests.Pending.RememberCancelled(request);
            provider.Requests.Window.OnOvertaken();
            provider.Link.SendCancel(request);
        }
    }

    private bool IsHere(BlockRequest block) => _pieces.Table.StatusOf(block.Piece) switch
    {
        PieceStatus.Have or PieceStatus.Verifying => true,
        PieceStatus.Open => _pieces.Pieces.TryGet(block.Piece, out PieceAssembly? assembly) && assembly.Blocks.IsReceived(block.Ordinal),
        _ => false,
    };

    private BlockVerdict Waste(BlockBuffer data, BlockVerdict verdict)
    {
        _pieces.Waste(data.Length);
        data.Dispose();
        return verdict;
    }
}
