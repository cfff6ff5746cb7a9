using BenchmarkDotNet.Attributes;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Benchmarks;

/// <summary>What does it cost to ask for and to take all blocks of one piece?</summary>
[MemoryDiagnoser]
public class AssemblyBenchmarks : IDisposable
{
    private readonly BlockPool _pool = new();

    /// <summary>16 blocks are 256 KiB, 1024 are 16 MiB.</summary>
    [Params(16, 1024)]
    public int Blocks { get; set; }

    [GlobalCleanup]
    public void Dispose()
    {
        _pool.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int AskAndReceive()
    {
        var blocks = new BlockSlots(Blocks);
        for (int i = blocks.NextFree(0); i >= 0; i = blocks.NextFree(i + 1))
            blocks.Ask(i, isShared: false);
        for (int i = 0; i < Blocks; i++)
            blocks.Receive(i, _pool.Rent(BlockRequest.MaxLength), new SenderId(1));
        foreach (BlockBuffer? buffer in blocks.TakeBuffers(out bool[] written))
            buffer!.Dispose();
        return blocks.Received;
    }
}
