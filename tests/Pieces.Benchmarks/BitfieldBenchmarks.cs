using BenchmarkDotNet.Attributes;
using Pieces.Primitives;

namespace Pieces.Benchmarks;

/// <summary>What do the operations on a whole bitfield of a million pieces cost?</summary>
[MemoryDiagnoser]
public class BitfieldBenchmarks
{
    private const int Pieces = 1_000_000;

    private readonly Bitfield _low = new(Pieces);
    private readonly Bitfield _high = new(Pieces);
    private byte[] _bytes = [];

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < Pieces / 2; i++)
        {
            _low.Set(i);
            _high.Set(i + (Pieces / 2));
        }

        _bytes = _low.ToBytes();
    }

    [Benchmark]
    public bool Read() => Bitfield.TryRead(_bytes, Pieces, out _);

    [Benchmark]
    public int NextCommonWhereThereIsNone() => _low.NextCommon(_high, 0);

    [Benchmark]
    public int CountCommon() => _low.CountCommon(_high);

    [Benchmark]
    public bool AnyBeyond() => _low.AnyBeyond(_high);
}
