using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Torrents.Downloading;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Handles what the disk reports about the pieces of a torrent that transfers data. Owned by the torrent's loop.</summary>
internal sealed class TransferPieces
{
    private readonly PieceManager _pieces;
    private readonly Requester _downloads;
    private readonly HaveAnnouncer _haves;
    private readonly PeerDiscovery _discovery;
    private readonly NoticeSender _reporter;
    private readonly LostPieces _lost;
    private readonly TimeProvider _time;
    private readonly List<SenderId> _convicted = [];

    /// <summary>Creates an instance at the start of a transfer.</summary>
    public TransferPieces(
        PieceManager pieces, Requester downloads, HaveAnnouncer haves, PeerDiscovery discovery, NoticeSender reporter, TimeProvider time)
    {
        _pieces = pieces;
        _downloads = downloads;
        _haves = haves;
        _discovery = discovery;
        _reporter = reporter;
        _lost = new LostPieces(reporter);
        _time = time;
    }

    /// <summary>Whether a stream is waiting for its reader.</summary>
    public bool WaitsForReader => _haves.WaitsForReader;

    /// <summary>Handles the result of a disk job for a piece.</summary>
    public void OnDisk(DiskEvent verdict)
    {
        switch (verdict)
        {
            // Only a large or closing piece releases memory before it is stored.
            case BlocksWritten written when !_pieces.OnBlocksWritten(written):
                return;
            case PieceStored stored:
                _pieces.OnStored(stored);
                _downloads.OnStored(stored.Piece);
                _haves.OnStored(stored.Piece);
                _reporter.Stored(stored.Piece, _pieces.Have.Count);
                break;
            case PieceRejected rejected:
                _reporter.Warn($"piece {rejected.Piece} has a wrong hash; downloading it again");
                _pieces.OnRejected(rejected, _time.GetTimestamp(), _convicted);
                _discovery.Ban(_convicted);
                break;
            case PieceDigests digests:
                _pieces.OnDigests(digests, _convicted);
                _discovery.Ban(_convicted);
                break;
            case PieceLost lost:
                if (_haves.OnLost(lost.Piece))
                    _lost.Add(lost);
                return;
            case ContentTaken taken:
                _haves.OnTaken(taken.End);
                break;
        }

        _downloads.ServeAll();
    }

    /// <summary>Announces the pieces of a stream that can be kept now, and requests late blocks from other peers.</summary>
    public void Tick()
    {
        _haves.Tick();
        _downloads.Tick();
    }

    /// <summary>Requests the blocks that have become free.</summary>
    public void RequestFreed() => _downloads.ServeAll();

    /// <summary>Stops sending requests. Blocks that still arrive are accepted.</summary>
    public void StopRequesting() => _downloads.StopAsking();

    /// <summary>Closes the open pieces. Their blocks in memory are queued to be written.</summary>
    public void CloseOpen() => _pieces.CloseAll();

    /// <summary>Reports how many pieces could no longer be served.</summary>
    public void ConcludeLosses() => _lost.Conclude();

    /// <summary>Releases the memory that open pieces still hold. The disk must have released all buffers.</summary>
    public void Abandon() => _pieces.Abandon();
}
