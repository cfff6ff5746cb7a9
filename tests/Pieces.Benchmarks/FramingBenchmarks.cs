using System.Buffers;
using BenchmarkDotNet.Attributes;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Benchmarks;

/// <summary>What does a message cost between the pipe and its value? One operation is one message.</summary>
[MemoryDiagnoser]
public class FramingBenchmarks
{
    private const int Messages = 1000;
    private const int Longest = 1 << 17;

    private readonly ArrayBufferWriter<byte> _output = new(1 << 16);
    private ReadOnlySequence<byte> _haves;
    private ReadOnlySequence<byte> _requests;
    private BlockRequest _block;

    [GlobalSetup]
    public void Setup()
    {
        var layout = new PieceLayout(1L << 40, 1 << 24);
        _block = layout.Block(layout.Piece(7), 3);
        _haves = Many(output => PeerMessageCodec.Encode(new HaveMessage(7), output));
        _requests = Many(output => PeerMessageCodec.EncodeRequest(_block, output));
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public int ReadHaves() => ReadAll(_haves);

    [Benchmark(OperationsPerInvoke = Messages)]
    public int ReadRequests() => ReadAll(_requests);

    [Benchmark(OperationsPerInvoke = Messages)]
    public int WriteRequests()
    {
        _output.ResetWrittenCount();
        for (int i = 0; i < Messages; i++)
            PeerMessageCodec.EncodeRequest(_block, _output);
        return _output.WrittenCount;
    }

    private static int ReadAll(ReadOnlySequence<byte> input)
    {
        int known = 0;
        while (PeerFraming.TryRead(ref input, Longest, out PeerFrame frame))
            known += PeerMessageCodec.Decode(frame) is null ? 0 : 1;
        return known;
    }

    private static ReadOnlySequence<byte> Many(Action<IBufferWriter<byte>> encode)
    {
        var output = new ArrayBufferWriter<byte>();
        for (int i = 0; i < Messages; i++)
            encode(output);
        return new ReadOnlySequence<byte>(output.WrittenMemory);
    }
}
