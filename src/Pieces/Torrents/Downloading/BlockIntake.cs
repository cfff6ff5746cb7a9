using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>Judges each block that comes, puts it into its slot, and counts it. Owned by the torrent's loop.</summary>
internal sealed class BlockIntake
{
    // Below this rate of the download, in bytes a second, blocks are written as they come.
    private const double EarlyWriteBelow = 32 * 1024 * 1024;

    private readonly PieceManager _pieces;
    private readonly TimeProvider _time;

    /// <summary>Makes it.</summary>
    /// <param name="pieces">Where blocks go.</param>
    /// <param name="time">Source of timestamps.</param>
    public BlockIntake(PieceManager pieces, TimeProvider time)
    {
        _pieces = pieces;
        _time = time;
    }

    /// <summary>Takes a block and its buffer. What is wanted no longer is cancelled at other providers.</summary>
    /// <param name="provider">Who sent it.</param>
    /// <param name="piece">Index of its piece, as sent.</param>
    /// <param name="begin">Its offset in the piece, as sent.</param>
    /// <param name="data">Its bytes; the buffer is no longer the caller's, whatever the verdict.</param>
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
