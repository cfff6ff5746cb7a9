using System.Buffers;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

/// <summary>Many blocks are read at a time, directly into their buffers. Messages between and after them must still be read correctly.</summary>
[Trait("Tier", "Pure")]
public class PeerReaderBurstTests
{
    private static readonly PieceLayout Layout = new(64L * 1024 * 1024, 256 * 1024);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task The_same_messages_come_out_however_the_stream_is_cut_and_read(int seed)
    {
        var random = new Random(seed);
        byte[] bytes = Traffic(random, out List<string> expected);
        foreach (bool scatters in new[] { true, false })
        {
            using var pool = new BlockPool();
            var stream = new CutStream(bytes, new Random(seed), scatters);
            (await DrainAsync(stream, pool)).Should().Equal(expected, "scattered reads: {0}", scatters);
            pool.Rented.Should().Be(0);
        }
    }

    [Fact]
    public async Task Many_blocks_come_with_one_read()
    {
        var output = new ArrayBufferWriter<byte>();
        for (int i = 0; i < 12; i++)
            WriteBlock(output, Layout.Block(Layout.Piece(i), 0), (byte)i);
        using var pool = new BlockPool();
        var stream = new CutStream(output.WrittenSpan.ToArray(), random: null, scatters: true);
        using var reader = new PeerReader(stream, pool, new PeerFrameLimits(Layout.PieceCount), new UnfinishedMessages().Open(() => { }));
        using PeerBatch? first = await reader.ReadAsync(TestContext.Current.CancellationToken);
        using PeerBatch? second = await reader.ReadAsync(TestContext.Current.CancellationToken);
        (first!.Messages.Count + second!.Messages.Count).Should().Be(12);
        stream.ScatteredReads.Should().Be(1);
        first.Messages.Concat(second.Messages).Should().AllBeOfType<BlockMessage>();
        first.Dispose();
        second.Dispose();
        pool.Rented.Should().Be(0);
    }

    [Fact]
    public async Task A_stream_that_ends_inside_a_block_gives_everything_back()
    {
        byte[] bytes = Traffic(new Random(9), out _);
        using var pool = new BlockPool();
        Func<Task> drain = () => DrainAsync(new CutStream(bytes[..^200], new Random(9), scatters: true), pool);
        await drain.Should().ThrowAsync<IOException>();
        pool.Rented.Should().Be(0);
    }

    private static async Task<List<string>> DrainAsync(CutStream stream, BlockPool pool)
    {
        List<string> seen = [];
        using var reader = new PeerReader(stream, pool, new PeerFrameLimits(Layout.PieceCount), new UnfinishedMessages().Open(() => { }));
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } batch)
        {
            using (batch)
            {
                foreach (PeerMessage message in batch.Messages)
                    seen.Add(TextOf(message));
            }
        }

        return seen;
    }

    private static string TextOf(PeerMessage message) => message is BlockMessage block
        ? $"{block.Piece}/{block.Begin}/{block.Data.Length}/{Sha1Digest.Of(block.Data.Memory.Span)}"
        : message.ToString();

    // Returns mostly full-size blocks, with short blocks, other messages, keep-alives and unknown messages between them, and a block at the end.
    private static byte[] Traffic(Random random, out List<string> expected)
    {
        var output = new ArrayBufferWriter<byte>();
        expected = [];
        for (int i = 0; i < 120; i++)
        {
            int kind = random.Next(12);
            if (kind == 0)
                Add(new HaveMessage((uint)random.Next(200)), output, expected);
            else if (kind == 1)
                PeerMessageCodec.EncodeKeepAlive(output);
            else if (kind == 2)
                output.Write((byte[])[0, 0, 0, 3, 99, 1, 2]);
            else
                AddBlock(random, random.Next(10) == 0 ? random.Next(1, BlockRequest.MaxLength) : BlockRequest.MaxLength, output, expected);
        }

        AddBlock(random, BlockRequest.MaxLength, output, expected);
        return output.WrittenSpan.ToArray();
    }

    private static void Add(PeerMessage message, ArrayBufferWriter<byte> output, List<string> expected)
    {
        PeerMessageCodec.Encode(message, output);
        expected.Add(message.ToString());
    }

    private static void AddBlock(Random random, int length, ArrayBufferWriter<byte> output, List<string> expected)
    {
        BlockRequest block = Layout.Block(Layout.Piece(random.Next(Layout.PieceCount)), random.Next(4)) with { Length = length };
        byte fill = (byte)random.Next(256);
        WriteBlock(output, block, fill);
        byte[] payload = new byte[length];
        Array.Fill(payload, fill);
        expected.Add($"{block.Piece}/{block.Begin}/{length}/{Sha1Digest.Of(payload)}");
    }

    private static void WriteBlock(ArrayBufferWriter<byte> output, BlockRequest block, byte fill)
    {
        PeerMessageCodec.WritePieceHeader(output.GetSpan(PeerMessageCodec.PieceHeaderLength), block);
        output.Advance(PeerMessageCodec.PieceHeaderLength);
        output.GetSpan(block.Length)[..block.Length].Fill(fill);
        output.Advance(block.Length);
    }

    /// <summary>A stream that returns its bytes in parts of random length or, without random numbers, as many as requested.</summary>
    private sealed class CutStream : Stream, IScatterReader
    {
        private readonly byte[] _bytes;
        private readonly Random? _random;
        private int _at;
        private int _available;

        public CutStream(byte[] bytes, Random? random, bool scatters)
        {
            _bytes = bytes;
            _random = random;
            CanScatter = scatters;
        }

        public bool CanScatter { get; }

        public int ScatteredReads { get; private set; }

        public int Available
        {
            get
            {
                int left = _bytes.Length - _at;
                return _available = _random is null ? left : Math.Min(left, _random.Next(1, 100_000));
            }
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public ValueTask<int> ReadAsync(List<Memory<byte>> buffers)
        {
            ScatteredReads++;
            int most = Math.Min(_available == 0 ? 1 : _available, _bytes.Length - _at);
            int total = 0;
            foreach (Memory<byte> buffer in buffers)
            {
                int count = Math.Min(buffer.Length, most - total);
                _bytes.AsSpan(_at, count).CopyTo(buffer.Span);
                _at += count;
                total += count;
            }

            return new ValueTask<int>(total);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(buffer.Length, _bytes.Length - _at);
            if (count > 1 && _random is not null)
                count = _random.Next(1, count + 1);
            _bytes.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return new ValueTask<int>(count);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
