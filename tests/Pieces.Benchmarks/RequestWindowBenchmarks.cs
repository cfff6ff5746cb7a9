using BenchmarkDotNet.Attributes;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Benchmarks;

/// <summary>What do the window and the list of pending requests cost for each block, with 500 requests out?</summary>
[MemoryDiagnoser]
public class RequestWindowBenchmarks
{
    private const int Depth = 500;

    private readonly PieceLayout _layout = new(1L << 40, 1 << 24);
    private readonly RequestWindow _window = new(TimeProvider.System);
    private readonly PendingRequests _pending = new();
    private long _asked;
    private long _now;

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < Depth; i++)
            _pending.Add(Block(_asked++), _now++);
    }

    [Benchmark]
    public int OneBlockInOrder() => Answer(_asked - Depth);

    [Benchmark]
    public int OneBlockOutOfOrder() => Answer(_asked - (Depth / 2));

    private int Answer(long number)
    {
        if (!_pending.TryRemove(Block(number), out PendingRequest request))
        {
            _pending.TryPeekOldest(out request);
            _pending.TryRemove(request.Block, out request);
        }

        _now += 30_000;
        _window.OnBlock(request.SentAt, _now, BlockRequest.MaxLength, Depth);
        _pending.Add(Block(_asked++), _now);
        return _window.Size;
    }

    private BlockRequest Block(long number) => _layout.Block(_layout.Piece((int)(number / 1024 % _layout.PieceCount)), (int)(number % 1024));
}
