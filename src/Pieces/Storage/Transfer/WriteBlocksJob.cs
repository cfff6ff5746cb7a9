using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>Writes blocks of an open piece.</summary>
internal sealed class WriteBlocksJob : DiskJob
{
    private readonly StorageContext _context;
    private readonly PieceIndex _piece;
    private readonly IReadOnlyList<CandidateBlock> _blocks;

    internal WriteBlocksJob(StorageContext context, PieceIndex piece, IReadOnlyList<CandidateBlock> blocks)
    {
        _context = context;
        _piece = piece;
        _blocks = blocks;
    }

    internal override void Run()
    {
        try
        {
            _context.Writer.WriteBlocks(_piece, _blocks);
            _context.Sink.OnDisk(new BlocksWritten(_piece, _blocks));
        }
        catch (StorageException e)
        {
            _context.Sink.OnDisk(new DiskFailed(e));
        }

        _context.Pending.Leave();
    }

    internal override void Abandon(Exception bug)
    {
        _context.ReportBug(bug);
        _context.Pending.Leave();
    }
}
