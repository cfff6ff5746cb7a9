using BenchmarkDotNet.Attributes;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;
using Pieces.Tests.Peers;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;

namespace Pieces.Benchmarks;

/// <summary>What does PieceManager cost for each block, from filling requests to the verdict, in a fast download?</summary>
[MemoryDiagnoser]
public class PieceManagerBenchmarks : IDisposable
{
    private readonly BlockPool _pool = new();
    private readonly List<BlockRequest> _requests = new(1024);
    private readonly List<PeerRequest> _cancels = [];
    private readonly InstantStore _store = new();
    private PieceManager _manager = null!;
    private PeerState _peer = null!;
    private long _now;

    [Params(16 * 1024, 256 * 1024)]
    public int PieceLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var layout = new PieceLayout(1_000_000L * PieceLength, PieceLength);
        var table = new PieceTable(layout, Bitfield.Full(layout.PieceCount), new Bitfield(layout.PieceCount));
        TimeProvider time = TimeProvider.System;
        _manager = new PieceManager(table, new InOrderPicker(table, new Random(1)), new MemoryBudget(16 << 20), _store, time, _now);
        _peer = new PeerState(new SourceId(1), new FakeLink(), layout.PieceCount, time, _now);
        _manager.PeerJoined(_peer);
        _manager.OnHaveAll(_peer);
        _peer.Flags.AmInterested = true;
        _peer.OnUnchoked(_now);
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
        _now += 20_000;
        _requests.Clear();
        _manager.FillRequests(_peer, _now, _requests);
        if (!_peer.Requests.Pending.TryPeekOldest(out PendingRequest oldest))
            return Restart();
        BlockRequest block = oldest.Block;
        var message = new BlockMessage((uint)block.Piece.Value, (uint)block.Begin, _pool.Rent(block.Length));
        BlockVerdict verdict = _manager.Accept(_peer, message, _now, _cancels);
        while (_store.Verdicts.TryDequeue(out DiskEvent? done))
        {
            if (done is PieceStored stored)
                _manager.OnStored(stored);
            else
                _manager.OnBlocksWritten((BlocksWritten)done);
        }

        return (int)verdict;
    }

    // A million pieces are stored; it takes seconds to get here.
    private int Restart()
    {
        Setup();
        return -1;
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
