using System.Diagnostics.CodeAnalysis;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Tests.Torrents;

/// <summary>A store that keeps the first byte of each block. It runs its jobs when the test takes their results.</summary>
internal sealed class FakeDisk : IPieceStore
{
    private readonly Queue<Func<IEnumerable<DiskEvent>>> _jobs = new();
    private readonly Queue<DiskEvent> _verdicts = new();
    private readonly HashSet<PieceIndex> _busy = [];
    private readonly HashSet<PieceIndex> _rejected = [];

    public bool CanResume { get; set; } = true;

    public Dictionary<(PieceIndex Piece, int Ordinal), byte> Candidates { get; } = [];

    public List<PieceIndex> Stored { get; } = [];

    public List<int> BlocksReadBack { get; } = [];

    public int Jobs => _jobs.Count;

    public int WriteJobs { get; private set; }

    public void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks)
    {
        blocks.Should().NotBeEmpty();
        blocks.Select(b => b.Ordinal).Should().BeInAscendingOrder();
        Begin(piece);
        WriteJobs++;
        _jobs.Enqueue(() => Write(piece, blocks));
    }

    public void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
    {
        Begin(piece);
        _jobs.Enqueue(() => Store(piece, blocks, written));
    }

    public void ForgetCandidates(PieceIndex piece)
    {
        foreach ((PieceIndex Piece, int Ordinal) key in Candidates.Keys.Where(k => k.Piece == piece).ToList())
            Candidates.Remove(key);
    }

    public ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken) => throw new NotSupportedException();

    public bool TryTake([MaybeNullWhen(false)] out DiskEvent verdict)
    {
        while (_verdicts.Count == 0 && _jobs.TryDequeue(out Func<IEnumerable<DiskEvent>>? job))
        {
            foreach (DiskEvent result in job())
                _verdicts.Enqueue(result);
        }

        return _verdicts.TryDequeue(out verdict);
    }

    private void Begin(PieceIndex piece) => _busy.Add(piece).Should().BeTrue("at most one job is under way for a piece");

    private List<DiskEvent> Write(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks)
    {
        _busy.Remove(piece);
        foreach (CandidateBlock block in blocks)
            Candidates[(piece, block.Ordinal)] = block.Data.Memory.Span[0];
        return [new BlocksWritten(piece, blocks)];
    }

    private List<DiskEvent> Store(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
    {
        _busy.Remove(piece);
        var digests = new BlockDigest[blocks.Length];
        bool isGood = true;
        for (int i = 0; i < blocks.Length; i++)
        {
            byte content;
            if (blocks[i] is { } buffer)
            {
                content = buffer.Memory.Span[0];
                buffer.Dispose();
            }
            else
            {
                written[i].Should().BeTrue("a block that is not in memory must be on the disk");
                content = Candidates[(piece, i)];
                BlocksReadBack.Add(i);
            }

            digests[i] = new BlockDigest([content]);
            isGood &= content == PieceRig.Good;
        }

        if (!isGood)
        {
            _rejected.Add(piece);
            return [new PieceRejected(piece, digests)];
        }

        Stored.Add(piece);
        ForgetCandidates(piece);
        return _rejected.Remove(piece) ? [new PieceDigests(piece, digests), new PieceStored(piece)] : [new PieceStored(piece)];
    }
}
