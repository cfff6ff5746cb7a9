using BenchmarkDotNet.Attributes;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;
using Pieces.Tests.Peers;
using Pieces.Torrents;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;

namespace Pieces.Benchmarks;

/// <summary>What does PieceManager cost for each block, from filling requests to the verdict, in a fast download?</summary>
[MemoryDiagnoser]
public class PieceManagerBenchmarks : IDisposable
{
    private readonly BlockPool _pool = new();
    private readonly List<BlockRequest> _requests = new(1024);
    private readonly InstantStore _store = new();
    private readonly SteppedTime _time = new();
    private PieceManager _manager = null!;
    private RequestPlanner _planner = null!;
    private Requester _downloads = null!;
    private BlockIntake _intake = null!;
    private PeerState _peer = null!;

    [Params(16 * 1024, 256 * 1024)]
    public int PieceLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var layout = new PieceLayout(1_000_000L * PieceLength, PieceLength);
        var table = new PieceTable(layout, Bitfield.Full(layout.PieceCount), new Bitfield(layout.PieceCount));
        TimeProvider time = _time;
        var budget = new MemoryBudget(16 << 20);
        _manager = new PieceManager(table, budget, _store, time, _time.Now);
        var courtesy = new SeedSharingPolicy(_manager, own: 0, time);
        _planner = new RequestPlanner(_manager, new InOrderPicker(table, new Random(1)), courtesy, budget, time);
        var shares = new DownloadShares(new RateLimiter(time, ByteRate.Unlimited), ByteRate.Unlimited);
        _downloads = new Requester(_manager, _planner, courtesy, shares, time);
        _intake = new BlockIntake(_manager, time);
        _peer = new PeerState(new SenderId(1), new FakeLink(), layout.PieceCount, time, _time.Now);
        var availability = new PeerAvailability(table, _downloads, courtesy, time);
        availability.Join(_peer);
        availability.OnHaveAll(_peer);
        _peer.Flags.AmInterested = true;
        _peer.OnUnchoked(_time.Now);
        for (int i = 0; i < 10_000; i++)
            OneBlock();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _pool.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int OneBlock()
    {
        _time.Now += 20_000;
        _requests.Clear();
        _planner.Fill(_peer.Provider, _time.Now, int.MaxValue, _requests);
        if (!_peer.Provider.Requests.Pending.TryPeekOldest(out PendingRequest oldest))
            return Restart();
        BlockRequest block = oldest.Block;
        BlockVerdict verdict = _intake.Accept(_peer.Provider, (uint)block.Piece.Value, (uint)block.Begin, _pool.Rent(block.Length));
        while (_store.Verdicts.TryDequeue(out DiskEvent? done))
        {
            if (done is PieceStored stored)
            {
                _manager.OnStored(stored);
                _downloads.OnStored(stored.Piece);
            }
            else
            {
                _manager.OnBlocksWritten((BlocksWritten)done);
            }
        }

        return (int)verdict;
    }

    // A million pieces are stored; it takes seconds to get here.
    private int Restart()
    {
        Setup();
        return -1;
    }

    /// <summary>A clock that the benchmark moves on.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Now;
    }

    /// <summary>A disk that takes no time.</summary>
    private sealed class InstantStore : IPieceStore
    {
        public bool CanResume => true;

        public Queue<DiskEvent> Verdicts { get; } = new();

        public void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks) => Verdicts.Enqueue(new BlocksWritten(piece, blocks));

        public void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
        {
            foreach (BlockBuffer? buffer in blocks)
                buffer?.Dispose();
            Verdicts.Enqueue(new PieceStored(piece));
        }

        public void ForgetCandidates(PieceIndex piece)
        {
        }

        public ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
