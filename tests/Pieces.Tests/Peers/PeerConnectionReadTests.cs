using System.Buffers.Binary;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerConnectionReadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keep_alives_and_unknown_messages_are_left_out_and_the_stream_goes_on()
    {
        await using var rig = new ConnectionRig();
        byte[] keepAlive = [0, 0, 0, 0];
        byte[] unknown = [0, 0, 0, 4, 99, 1, 2, 3];
        byte[] unchoke = ScriptedPeer.Encode(UnchokeMessage.Instance);
        byte[] have = ScriptedPeer.Encode(new HaveMessage(3));
        await rig.Peer.SendAsync((byte[])[.. keepAlive, .. unknown, .. keepAlive, .. unchoke, .. unknown, .. have], Token);
        await rig.Sink.NextAsync<UnchokeMessage>(Token);
        (await rig.Sink.NextAsync<HaveMessage>(Token)).Piece.Should().Be(3);
    }

    [Fact]
    public async Task A_long_unknown_message_is_skipped_without_being_kept()
    {
        await using var rig = new ConnectionRig();
        byte[] unknown = new byte[4 + (1024 * 1024)];
        BinaryPrimitives.WriteInt32BigEndian(unknown, 1024 * 1024);
        unknown[4] = 200;
        Task sending = rig.Peer.SendAsync(unknown, Token).AsTask();
        await sending;
        await rig.Peer.SendAsync(UnchokeMessage.Instance, Token);
        await rig.Sink.NextAsync<UnchokeMessage>(Token);
    }

    [Fact]
    public async Task A_block_arrives_whole_wherever_the_stream_is_cut()
    {
        byte[] data = new byte[200];
        new Random(3).NextBytes(data);
        byte[] stream =
            [.. ScriptedPeer.Encode(new HaveMessage(1)), .. ScriptedPeer.BlockBytes(5, 16384, data), .. ScriptedPeer.Encode(new HaveMessage(2))];
        for (int cut = 1; cut < stream.Length; cut += 3)
        {
            await using var rig = new ConnectionRig();
            await rig.Peer.SendAsync(stream.AsMemory(0, cut), Token);
            await FakeTimeSteps.SettleAsync();
            await rig.Peer.SendAsync(stream.AsMemory(cut), Token);
            (await rig.Sink.NextAsync<HaveMessage>(Token)).Piece.Should().Be(1);
            BlockMessage block = await rig.Sink.NextAsync<BlockMessage>(Token);
            (block.Piece, block.Begin).Should().Be((5u, 16384u));
            block.Data.Memory.ToArray().Should().Equal(data, "cut at {0}", cut);
            block.Data.Dispose();
            (await rig.Sink.NextAsync<HaveMessage>(Token)).Piece.Should().Be(2);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public async Task Many_blocks_arrive_in_order_in_segments_of_any_size(int segment)
    {
        int blocks = segment == 1 ? 2 : 20;
        await using var rig = new ConnectionRig();
        var random = new Random(4);
        byte[][] data = [.. Enumerable.Range(0, blocks).Select(i => new byte[i == 3 ? 1 : BlockRequest.MaxLength])];
        foreach (byte[] block in data)
            random.NextBytes(block);
        byte[] stream = [.. data.SelectMany((block, i) => ScriptedPeer.BlockBytes((uint)i, 0, block))];
        Task sending = Task.Run(
            async () =>
            {
                for (int at = 0; at < stream.Length; at += segment)
                    await rig.Peer.SendAsync(stream.AsMemory(at, Math.Min(segment, stream.Length - at)), Token);
            },
            Token);
        for (int i = 0; i < blocks; i++)
        {
            BlockMessage block = await rig.Sink.NextAsync<BlockMessage>(Token);
            block.Piece.Should().Be((uint)i);
            block.Data.Memory.Span.SequenceEqual(data[i]).Should().BeTrue();
            block.Data.Dispose();
        }

        await sending;
        rig.Connection.BytesReceived.Should().Be(stream.Length);
    }

    [Fact]
    public async Task The_longest_block_passes_and_one_byte_more_is_refused_by_its_header()
    {
        await using (var rig = new ConnectionRig())
        {
            await rig.Peer.SendAsync(ScriptedPeer.BlockBytes(0, 0, new byte[BlockRequest.MaxLength]), Token);
            (await rig.Sink.NextAsync<BlockMessage>(Token)).Data.Dispose();
        }

        await using (var rig = new ConnectionRig())
        {
            await rig.Peer.SendAsync(ScriptedPeer.BlockBytes(0, 0, new byte[BlockRequest.MaxLength + 1]).AsMemory(0, 5), Token);
            (await rig.ClosedAsync(Token)).Should().Be("Piece message of 16394 bytes; at most 16393 allowed");
            rig.Sink.IsProtocolError.Should().BeTrue();
        }
    }

    [Theory]
    [InlineData("00100001")]                    // one over the longest message
    [InlineData("10000000")]                    // 256 MiB
    [InlineData("ffffffff")]
    [InlineData("0000000f05")]                  // a bitfield one byte too long for 100 pieces
    [InlineData("0000000114")]                  // empty extended
    [InlineData("0000000907aaaaaaaabbbbbbbb")]  // empty block
    [InlineData("0000000807aaaaaaaabbbbbb00000000")]
    [InlineData("0000000107000000000000000000")]
    [InlineData("000000020000")]
    public async Task A_message_of_a_wrong_length_closes_as_soon_as_it_shows(string hex)
    {
        await using var rig = new ConnectionRig();
        await rig.Peer.SendAsync(Convert.FromHexString(hex), Token);
        await rig.ClosedAsync(Token);
        rig.Sink.IsProtocolError.Should().BeTrue();
        (await rig.Peer.IsClosedAsync(Token)).Should().BeTrue();
    }

    [Fact]
    public async Task A_peer_that_leaves_is_told_apart_from_one_that_breaks_off()
    {
        await using (var rig = new ConnectionRig())
        {
            await rig.Peer.DisposeAsync();
            (await rig.ClosedAsync(Token)).Should().Be("closed by the peer");
        }

        await using (var rig = new ConnectionRig())
        {
            await rig.Peer.SendAsync(new byte[] { 0, 0, 0, 5, 4 }, Token);
            await rig.Peer.DisposeAsync();
            (await rig.ClosedAsync(Token)).Should().Be("closed by the peer inside a message");
        }

        await using (var rig = new ConnectionRig())
        {
            await rig.Peer.SendAsync(ScriptedPeer.BlockBytes(0, 0, new byte[100]).AsMemory(0, 50), Token);
            await rig.Peer.DisposeAsync();
            (await rig.ClosedAsync(Token)).Should().Be("closed by the peer inside a block");
            rig.Sink.IsProtocolError.Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_sink_that_is_not_ready_stops_the_reading()
    {
        await using var rig = new ConnectionRig(new InMemoryLink(Capacity: 10_000));
        var gate = new TaskCompletionSource();
        rig.Sink.Gate = gate.Task;
        byte[] haves = [.. Enumerable.Range(0, 100_000).SelectMany(i => ScriptedPeer.Encode(new HaveMessage((uint)i)))];
        Task sending = rig.Peer.SendAsync(haves, Token).AsTask();
        await rig.Sink.NextAsync<HaveMessage>(Token);
        await FakeTimeSteps.SettleAsync();
        sending.IsCompleted.Should().BeFalse("nobody reads");
        rig.Connection.BytesReceived.Should().BeLessThan(200_000);
        gate.SetResult();
        for (int i = 1; i < 100_000; i++)
            (await rig.Sink.NextAsync<HaveMessage>(Token)).Piece.Should().Be((uint)i);
        await sending;
    }

    [Fact]
    public async Task Requests_without_end_come_in_bounded_batches()
    {
        const int Requests = 400_000;
        await using var rig = new ConnectionRig();
        byte[] request = ScriptedPeer.Encode(new RequestMessage(1, 0, 16384));
        byte[] thousand = [.. Enumerable.Repeat(request, 1000).SelectMany(bytes => bytes)];
        Task sending = Task.Run(
            async () =>
            {
                for (int i = 0; i < Requests / 1000; i++)
                    await rig.Peer.SendAsync(thousand, Token);
            },
            Token);
        for (int i = 0; i < Requests; i++)
        {
            if (await rig.Sink.NextAsync(Token) is not RequestMessage)
                Assert.Fail("not a request");
        }

        await sending;
        rig.Sink.LargestBatch.Should().BeLessThan(8000, "a batch is what one read of 64 KiB brought");
    }

    [Fact]
    public async Task A_download_limit_holds_back_the_sender()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(10_000));
        await using var rig = new ConnectionRig(new InMemoryLink(Capacity: 4096), down: limiter);
        Task sending = rig.Peer.SendAsync(ScriptedPeer.BlockBytes(0, 0, new byte[BlockRequest.MaxLength]), Token).AsTask();
        await FakeTimeSteps.SettleAsync();
        sending.IsCompleted.Should().BeFalse();
        int steps = await time.AdvanceUntilAsync(() => sending.IsCompleted, TimeSpan.FromMilliseconds(100), Token);
        steps.Should().BeGreaterThanOrEqualTo(8, "16 KiB less the burst and what is on the line take 0.8 s at least");
    }

    [Fact]
    public async Task Random_messages_never_crash_and_every_buffer_comes_back()
    {
        var random = new Random(20260);
        for (int round = 0; round < 300; round++)
        {
            await using var rig = new ConnectionRig();
            byte[] noise = RandomMessages(random);
            try
            {
                for (int at = 0; at < noise.Length;)
                {
                    int count = Math.Min(random.Next(1, 3000), noise.Length - at);
                    await rig.Peer.SendAsync(noise.AsMemory(at, count), Token);
                    at += count;
                }
            }
            catch (IOException)
            {
                // The connection has been closed because of the messages.
            }

            await rig.Peer.DisposeAsync();
            await rig.ClosedAsync(Token);
            rig.Sink.Reason.Should().NotContain("internal error");
        }
    }

    // Returns mostly well-formed frames with random ids, some with lengths that fit no message, and sometimes random bytes.
    private static byte[] RandomMessages(Random random)
    {
        var stream = new List<byte>();
        for (int i = random.Next(1, 30); i > 0; i--)
        {
            int kind = random.Next(10);
            byte id = (byte)(kind < 8 ? random.Next(0, 24) : random.Next(256));
            int fit = id switch
            {
                4 or 13 or 17 => 4,
                6 or 8 or 16 => 12,
                9 => 2,
                5 => 13,
                7 => 8 + random.Next(1, 16385),
                20 => random.Next(1, 500),
                _ => 0,
            };
            int length = kind == 0 ? random.Next(0, 20_000) : fit;
            byte[] frame = new byte[5 + length];
            random.NextBytes(frame);
            BinaryPrimitives.WriteInt32BigEndian(frame, kind == 1 && random.Next(20) == 0 ? random.Next() : 1 + length);
            frame[4] = id;
            stream.AddRange(frame);
        }

        return [.. stream];
    }
}
