using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>Judges each block that comes, puts it where it belongs, and counts it. Owned by the torrent's loop.</summary>
internal sealed class BlockIntake
{
    // Below this rate of the download, in bytes a second, blocks are written as they come.
    private const double EarlyWriteBelow = 32 * 1024 * 1024;

    private const int RateSeconds = 5;

    private readonly PieceWork _work;
    private readonly PieceHandover _writer;

    /// <summary>Makes it.</summary>
    /// <param name="work">The pieces and the peers.</param>
    /// <param name="writer">Takes blocks to the disk.</param>
    /// <param name="time">For the length of a second in timestamps.</param>
    /// <param name="now">Timestamp.</param>
    public BlockIntake(PieceWork work, PieceHandover writer, TimeProvider time, long now)
    {
        _work = work;
        _writer = writer;
        Downloaded = new RateMeter(time, now, RateSeconds);
    }

    /// <summary>Payload received, waste included.</summary>
    public RateMeter Downloaded { get; }

    /// <summary>Payload thrown away, in bytes; whoever throws away what was accepted adds it.</summary>
    public long Wasted { get; set; }

    /// <summary>Takes a block and its buffer.</summary>
    /// <param name="peer">Who sent it.</param>
    /// <param name="block">The block; the buffer is not the caller's any more, whatever the verdict.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="cancels">Gets the requests to cancel at other peers.</param>
    public BlockVerdict Accept(PeerState peer, BlockMessage block, long now, List<PeerRequest> cancels)
    {
        int length = block.Data.Length;
        Downloaded.Add(length, now);
        peer.Downloaded.Add(length, now);
        if (!_work.Layout.TryGetBlock(block.Piece, block.Begin, (uint)length, out BlockRequest request))
        {
            peer.Offend(Offence.ImpossibleBlock);
            return Waste(block.Data, BlockVerdict.Invalid);
        }

        if (peer.Requests.Pending.TryRemove(request, out PendingRequest pending))
        {
            peer.Requests.OnBlock(pending.SentAt, length, now);
        }
        else if (!peer.Requests.Pending.TakeCancelled(request))
        {
            if (IsHere(request))
                return Waste(block.Data, BlockVerdict.Duplicate);
            peer.Offend(Offence.UnsolicitedBlock);
            return Waste(block.Data, BlockVerdict.Unsolicited);
        }

        if (_work.Table.StatusOf(request.Piece) != PieceStatus.Open || !_work.Pieces.TryGet(request.Piece, out PieceAssembly? assembly) ||
            assembly.Blocks.IsReceived(request.Ordinal))
        {
            return Waste(block.Data, BlockVerdict.Duplicate);
        }

        return Take(assembly, request, block.Data, peer, now, cancels);
    }

    private BlockVerdict Take(
        PieceAssembly assembly, BlockRequest request, BlockBuffer data, PeerState peer, long now, List<PeerRequest> cancels)
    {
        bool isShared = assembly.Blocks.IsShared(request.Ordinal);
        assembly.Blocks.Receive(request.Ordinal, data, peer.Id);
        assembly.LastProgress = now;
        _writer.IsSlow = Downloaded.BytesPerSecond(now) < EarlyWriteBelow;
        if (assembly.Blocks.Free == 0)
            _work.Pieces.OnAllAsked(assembly);
        if (isShared)
            CancelElsewhere(request, peer, cancels);
        return _writer.Advance(assembly) ? BlockVerdict.PieceComplete : BlockVerdict.Accepted;
    }

    private void CancelElsewhere(BlockRequest request, PeerState sender, List<PeerRequest> cancels)
    {
        foreach (PeerState peer in _work.Peers)
        {
            if (peer == sender || !peer.Requests.Pending.TryRemove(request, out _))
                continue;
            peer.Requests.Pending.RememberCancelled(request);
            peer.Requests.Window.OnOvertaken();
            cancels.Add(new PeerRequest(peer, request));
        }
    }

    private bool IsHere(BlockRequest block) => _work.Table.StatusOf(block.Piece) switch
    {
        PieceStatus.Have or PieceStatus.Verifying => true,
        PieceStatus.Open => _work.Pieces.TryGet(block.Piece, out PieceAssembly? assembly) && assembly.Blocks.IsReceived(block.Ordinal),
        _ => false,
    };

    private BlockVerdict Waste(BlockBuffer data, BlockVerdict verdict)
    {
        Wasted += data.Length;
        data.Dispose();
        return verdict;
    }
}
