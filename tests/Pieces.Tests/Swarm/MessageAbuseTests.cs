using System.Text;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class MessageAbuseTests
{
    private const int Chunk = 64 * 1024;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData((byte)20)]
    [InlineData((byte)7)]
    [InlineData((byte)99)]
    public Task A_message_of_256_MiB_is_dropped_before_much_of_it_is_read(byte id) => DropsFloodAsync(id, 256 * 1024 * 1024);

    [Fact]
    public Task A_bitfield_of_64_MiB_is_dropped_before_much_of_it_is_read() => DropsFloodAsync(5, 64 * 1024 * 1024);

    [Fact]
    public Task An_extension_handshake_of_10_MB_is_dropped_before_much_of_it_is_read() => DropsFloodAsync(20, 10_000_000);

    [Fact]
    public Task A_bitfield_that_is_too_long_is_dropped() => DropsAsync(session => session.SendFrameAsync(5, new byte[9]));

    [Fact]
    public Task A_bitfield_that_is_too_short_is_dropped() => DropsAsync(session => session.SendFrameAsync(5, new byte[7]));

    [Fact]
    public Task An_empty_bitfield_is_dropped() => DropsAsync(session => session.SendFrameAsync(5));

    [Fact]
    public Task A_bitfield_with_a_spare_bit_is_dropped() =>
        DropsAsync(session => session.SendFrameAsync(5, 0, 0, 0, 0, 0, 0, 0, 0, 1), new TestTorrent(length: 2_000_000));

    [Theory]
    [InlineData(64u)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public Task A_have_out_of_range_is_dropped(uint piece) => DropsAsync(session => session.SendAsync(new HaveMessage(piece)));

    [Fact]
    public Task A_million_haves_are_harmless() => IgnoresAsync(async session =>
    {
        byte[] haves = ScriptedPeer.Encode([.. Enumerable.Range(0, 10_000).Select(i => new HaveMessage((uint)(i % 64)))]);
        for (int i = 0; i < 100; i++)
            await session.SendBytesAsync(haves);
    });

    [Fact]
    public Task Unknown_ids_are_skipped() => IgnoresAsync(async session =>
    {
        foreach (byte id in new byte[] { 9, 10, 11, 12, 18, 19, 21, 22, 23, 99, 255 })
            await session.SendFrameAsync(id, new byte[id == 9 ? 2 : id * 10]);
    });

    [Fact]
    public Task Extended_messages_that_were_never_offered_are_skipped() =>
        IgnoresAsync(session => session.SendBytesAsync(ScriptedSession.FrameOf(20, [77, .. new byte[5000]])));

    [Fact]
    public Task A_flood_of_keep_alives_is_harmless() => IgnoresAsync(session => session.SendBytesAsync(new byte[1_000_000]));

    [Fact]
    public async Task Payloads_of_a_wrong_length_do_no_harm_whatever_the_id()
    {
        await using var swarm = new TestSwarm();
        var hosts = new List<ScriptedHost>();
        foreach (byte id in new byte[] { 0, 1, 2, 3, 4, 6, 7, 8, 9, 13, 14, 15, 16, 17, 20 })
        {
            foreach (int length in new[] { 0, 1, 3, 8, 11, 14, 20_000 })
            {
                hosts.Add(swarm.AddHost(async session =>
                {
                    await session.HandshakeAsync();
                    await session.SendFrameAsync(id, new byte[length]);
                    await session.UntilClosedAsync();
                }));
            }
        }

        SwarmMember leecher = swarm.AddLeecher([.. hosts.Select(host => host.EndPoint)]);
        await swarm.UntilAsync(() => hosts.TrueForAll(host => host.Accepted > 0), "all have been dialled");
        await swarm.PassAsync(2);
        await swarm.CompleteHonestlyAsync(leecher);
        leecher.Now.BannedPeers.Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Random_messages_crash_nobody()
    {
        await using var swarm = new TestSwarm();
        int seeds = 0;
        var hosts = new List<ScriptedHost>();
        for (int i = 0; i < 40; i++)
        {
            hosts.Add(swarm.AddHost(async session =>
            {
                var random = new Random(Interlocked.Increment(ref seeds));
                await session.HandshakeAsync();
                for (int message = 0; message < 100; message++)
                    await session.SendBytesAsync(RandomFrame(random));
                await session.UntilClosedAsync();
            }));
        }

        SwarmMember leecher = swarm.AddLeecher([.. hosts.Take(20).Select(host => host.EndPoint)]);
        await swarm.ReadyAsync(leecher);
        foreach (ScriptedHost host in hosts.Skip(20))
            host.Dial(leecher.EndPoint);
        await swarm.PassAsync(10);
        await swarm.CompleteHonestlyAsync(leecher);
        foreach (ScriptedHost host in hosts)
            host.Dial(leecher.EndPoint);
        await swarm.PassAsync(10);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Four_hundred_thousand_requests_without_reading_hold_nobody_up(bool hasFast)
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync(hasFast ? null : default(ReservedBits));
            await session.SendAsync(InterestedMessage.Instance);
            await session.Delay(1);
            byte[] requests = ScriptedPeer.Encode([.. Enumerable.Range(0, 1000).Select(i => new RequestMessage((uint)(i % 64), 0, 16_384))]);
            for (int i = 0; i < 400; i++)
                await session.SendBytesAsync(requests);
            await session.Delay(1000);
        });
        host.Dial(seed.EndPoint);
        await swarm.PassAsync(5);
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromMinutes(1));
        await swarm.UntilAsync(() => seed.ClosedOf(host.Address) > 0, "it is closed", TimeSpan.FromMinutes(2));
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(64u, 0u, 16_384u)]
    [InlineData(0xFFFFFFFFu, 0u, 16_384u)]
    [InlineData(63u, 32_768u, 1u)]
    [InlineData(0u, 16_385u, 16_384u)]
    [InlineData(0u, 0xFFFFFFFFu, 16_384u)]
    [InlineData(0u, 0u, 0u)]
    [InlineData(0u, 0u, 16_385u)]
    [InlineData(0u, 0u, 131_072u)]
    [InlineData(0u, 0u, 0x80000000u)]
    public async Task A_request_for_what_is_no_block_is_never_answered_with_data(uint piece, uint begin, uint length)
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        int blocks = 0;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(InterestedMessage.Instance);
            await session.ServeAsync(onOther: frame =>
            {
                blocks += frame.Id == (byte)PeerMessageId.Piece ? 1 : 0;
                return frame.Id == (byte)PeerMessageId.Unchoke
                    ? session.SendAsync(new RequestMessage(piece, begin, length))
                    : ValueTask.CompletedTask;
            });
        });
        host.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => seed.ConnectionsOf(host.Address) > 0, "it is accepted");
        await swarm.PassAsync(5);
        blocks.Should().Be(0);
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public Task An_extension_handshake_nested_200_000_deep_is_dropped() => DropsAsync(session =>
        session.SendBytesAsync(ScriptedSession.FrameOf(20, [0, .. Encoding.ASCII.GetBytes("d1:m" + new string('l', 200_000))])));

    [Fact]
    public Task Nesting_that_fits_the_limits_of_length_is_dropped_too() => DropsAsync(session =>
        session.SendBytesAsync(
            ScriptedSession.FrameOf(20, [0, .. Encoding.ASCII.GetBytes("d1:m" + new string('l', 30_000) + new string('e', 30_001))])));

    [Fact]
    public Task An_extension_handshake_that_is_not_bencode_is_dropped() =>
        DropsAsync(session => session.SendBytesAsync(ScriptedSession.FrameOf(20, [0, .. "hello"u8])));

    [Fact]
    public Task An_empty_extended_message_is_dropped() => DropsAsync(session => session.SendFrameAsync(20));

    // Checks that the leecher closes the connection in time if the abuse follows the handshake. Then the leecher downloads from an honest peer.
    private static async Task DropsAsync(Func<ScriptedSession, ValueTask> abuse, TestTorrent? data = null)
    {
        await using var swarm = new TestSwarm(data);
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await abuse(session);
            await session.UntilClosedAsync();
        });
        SwarmMember leecher = swarm.AddLeecher(host.EndPoint);
        await swarm.UntilAsync(() => leecher.ClosedOf(host.Address) > 0 && host.Ended > 0, "it is dropped", Soon);
        leecher.IsDone.Should().BeFalse();
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    // Checks that the leecher ignores the abuse if it follows the handshake, and then downloads everything from the same peer.
    private static async Task IgnoresAsync(Func<ScriptedSession, ValueTask> abuse)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendWholeAsync();
            await abuse(session);
            await session.ServeAsync();
        });
        SwarmMember leecher = swarm.AddLeecher(host.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        host.Accepted.Should().Be(1);
        await swarm.EndAsync();
    }

    private static async Task DropsFloodAsync(byte id, int length)
    {
        long sent = 0;
        await DropsAsync(async session =>
        {
            byte[] front = [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, id];
            await session.SendBytesAsync(front);
            byte[] chunk = new byte[Chunk];
            for (sent = 0; sent < length; sent += Chunk)
                await session.SendBytesAsync(chunk);
        });
        sent.Should().BeLessThan(2 * 1024 * 1024, "nobody waits for the rest of it");
    }

    private static byte[] RandomFrame(Random random)
    {
        byte id = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(21));
        int length = id switch
        {
            _ when random.Next(8) == 0 => random.Next(200),
            < 4 or 14 or 15 => 0,
            4 or 13 or 17 => 4,
            5 => 8,
            6 or 8 or 16 => 12,
            7 => 8 + random.Next(1, 16_385),
            9 => 2,
            _ => random.Next(300),
        };
        byte[] payload = new byte[length];
        random.NextBytes(payload);

        // Most numbers are in range, so that the messages pass the first checks and reach more code.
        for (int i = 0; i + 4 <= Math.Min(length, 12) && id is not 5 and not 20; i += 4)
        {
            if (random.Next(4) != 0)
                (payload[i], payload[i + 1], payload[i + 2]) = (0, 0, (byte)(i == 4 ? 64 * random.Next(2) : 0));
            if (i == 0 && random.Next(4) != 0)
                payload[3] %= 64;
        }

        return ScriptedSession.FrameOf(id, payload);
    }
}
