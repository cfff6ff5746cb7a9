using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>Verifies and writes a piece. It owns the piece's buffers and disposes them before it reports the result.</summary>
internal sealed class StorePieceJob : DiskJob
{
    private readonly StorageContext _context;
    private readonly PieceIndex _piece;
    private readonly BlockBuffer?[] _blocks;
    private readonly IReadOnlyList<bool> _written;

    internal StorePieceJob(StorageContext context, PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
    {
        _context = context;
        _piece = piece;
        _blocks = blocks;
        _written = written;
    }

    internal override void Run()
    {
        try
        {
            DiskEvent[] events = _context.Writer.Store(_piece, _blocks, _written);
            Release();
            foreach (DiskEvent verdict in events)
                _context.Sink.OnDisk(verdict);
            if (events[^1] is PieceStored)
                _context.Stored(_piece);
        }
        catch (StorageException e)
        {
            Release();
            _context.Sink.OnDisk(new DiskFailed(e));
        }

        _context.Pending.Leave();
    }

    internal override void Abandon(Exception bug)
    {
        Release();
        _context.ReportBug(bug);
        _context.Pending.Leave();
    }

    private void Release()
    {
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i]?.Dispose();
            _blocks[i] = null;
        }
    }
}
