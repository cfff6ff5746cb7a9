using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class SlowPeerTests
{
    private const int KiB = TestTorrent.KiB;
    private static readonly InMemoryLink Link = new(TimeSpan.FromMilliseconds(20), 128 * KiB);

    // The content takes 32 s at the rate of one link.
    private static readonly TestTorrent Data = new(length: 4 * TestTorrent.MiB);

    [Fact]
    public Task A_seed_that_unchokes_and_then_sends_nothing_costs_little() =>
        CostsLittleAsync(session => session.SeedAsync(_ => ValueTask.CompletedTask));

    [Fact]
    public Task A_seed_that_chokes_on_the_first_request_costs_little() =>
        CostsLittleAsync(session => session.SeedAsync(_ => session.SendAsync(ChokeMessage.Instance)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_seed_that_chokes_and_unchokes_all_the_time_costs_little(bool hasFast) => CostsLittleAsync(async session =>
    {
        await session.HandshakeAsync(hasFast ? null : default(ReservedBits));
        await session.SendWholeAsync();
        Task flapping = FlapAsync(session);
        await session.ServeAsync(onRequest: _ => ValueTask.CompletedTask, onInterested: () => ValueTask.CompletedTask);
        await flapping;
    });

    [Fact]
    public Task A_block_at_a_byte_a_second_costs_little() => CostsLittleAsync(session => session.SeedAsync(async request =>
    {
        byte[] bytes = session.BlockOf(request);
        await session.SendBytesAsync(bytes.AsMemory(0, 13));
        for (int i = 13; i < bytes.Length; i++)
        {
            await session.Delay(1);
            await session.SendBytesAsync(bytes.AsMemory(i, 1));
        }
    }));

    [Fact]
    public Task A_seed_that_rejects_everything_costs_little() => CostsLittleAsync(session => session.SeedAsync(request =>
        session.SendAsync(new RejectRequestMessage(request.Piece, request.Begin, request.Length))));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task An_only_seed_that_chokes_often_is_enough(bool hasFast) => CompletesAloneAsync(async session =>
    {
        bool isChoking = false;
        await session.SeedAsync(
            async request =>
            {
                if (isChoking)
                {
                    if (hasFast)
                        await session.SendAsync(new RejectRequestMessage(request.Piece, request.Begin, request.Length));
                    return;
                }

                await session.SendBlockAsync(request);
                if (session.Requests % 20 != 0)
                    return;
                isChoking = true;
                await session.SendAsync(ChokeMessage.Instance);
                _ = UnchokeLaterAsync();
            },
            hasFast ? null : default(ReservedBits));

        async Task UnchokeLaterAsync()
        {
            await session.Delay(2);
            isChoking = false;
            await session.SendAsync(UnchokeMessage.Instance);
        }
    });

    [Fact]
    public Task An_only_seed_that_unchokes_after_minutes_is_enough() => CompletesAloneAsync(async session =>
    {
        await session.HandshakeAsync();
        await session.SendWholeAsync();
        await session.ServeAsync(onInterested: async () =>
        {
            await session.Delay(170);
            await session.SendAsync(UnchokeMessage.Instance);
        });
    });

    [Fact]
    public Task A_super_seed_that_shows_one_piece_after_the_other_is_enough() => CompletesAloneAsync(async session =>
    {
        uint shown = 0;
        await session.HandshakeAsync();
        await session.SendAsync(HaveNoneMessage.Instance, new HaveMessage(shown));
        await session.ServeAsync(onOther: frame => frame.Id == (byte)PeerMessageId.Have && ++shown < session.Data.PieceCount
            ? session.SendAsync(new HaveMessage(shown))
            : ValueTask.CompletedTask);
    });

    [Fact]
    public Task A_seed_that_shows_its_pieces_late_is_enough() => CompletesAloneAsync(async session =>
    {
        await session.HandshakeAsync(default(ReservedBits));
        Task showing = ShowAsync();
        await session.ServeAsync();
        await showing;

        async Task ShowAsync()
        {
            await session.Delay(60);
            for (uint i = 0; i < session.Data.PieceCount; i++)
                await session.SendAsync(new HaveMessage(i));
        }
    });

    [Fact]
    public Task Segments_of_one_byte_are_enough() => CompletesAloneAsync(
        async session =>
        {
            await session.HandshakeAsync();
            await SendBytewiseAsync(session, ScriptedPeer.Encode(new BitfieldMessage(session.Data.BitfieldOf(_ => true))));
            await session.ServeAsync(
                request => SendBytewiseAsync(session, session.BlockOf(request)),
                () => SendBytewiseAsync(session, ScriptedPeer.Encode(UnchokeMessage.Instance)));
        },
        new TestTorrent(length: 128 * KiB));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Answers_in_one_lump_in_either_order_are_enough(bool isReversed) => CompletesAloneAsync(async session =>
    {
        var waiting = new List<byte[]>();
        Task answering = AnswerAsync();
        await session.SeedAsync(request =>
        {
            lock (waiting)
                waiting.Add(session.BlockOf(request));
            return ValueTask.CompletedTask;
        });
        await answering;

        async Task AnswerAsync()
        {
            while (true)
            {
                await session.Delay(0.3);
                byte[] lump;
                lock (waiting)
                {
                    if (isReversed)
                        waiting.Reverse();
                    lump = [.. waiting.SelectMany(block => block)];
                    waiting.Clear();
                }

                await session.SendBytesAsync(lump);
            }
        }
    });

    private static async Task FlapAsync(ScriptedSession session)
    {
        while (true)
        {
            await session.SendAsync(UnchokeMessage.Instance);
            await session.Delay(0.2);
            await session.SendAsync(ChokeMessage.Instance);
            await session.Delay(0.2);
        }
    }

    private static async ValueTask SendBytewiseAsync(ScriptedSession session, byte[] bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            await session.SendBytesAsync(bytes.AsMemory(i, 1));
    }

    // Compares the download time with the time that an honest seed needs alone.
    private static async Task CostsLittleAsync(Func<ScriptedSession, Task> script)
    {
        double honest = await TimeOfAsync(script: null);
        double together = await TimeOfAsync(script);
        together.Should().BeLessThan(Math.Min(honest * 2, honest + 20), "what it does not send is soon asked for elsewhere");
    }

    private static async Task<double> TimeOfAsync(Func<ScriptedSession, Task>? script)
    {
        await using var swarm = new TestSwarm(Data);
        swarm.Network.DefaultLink = Link;
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        ScriptedHost? slow = script is null ? null : swarm.AddHost(script);
        SwarmMember leecher = slow is null ? swarm.AddLeecher(seed.EndPoint) : swarm.AddLeecher(slow.EndPoint, seed.EndPoint);
        double seconds = await swarm.UntilDoneAsync(leecher);
        leecher.Now.BannedPeers.Should().Be(0);
        (slow?.Requests).Should().NotBe(0, "it was asked");
        await swarm.EndAsync();
        return seconds;
    }

    private static async Task CompletesAloneAsync(Func<ScriptedSession, Task> script, TestTorrent? data = null)
    {
        await using var swarm = new TestSwarm(data);
        ScriptedHost host = swarm.AddHost(script);
        SwarmMember leecher = swarm.AddLeecher(host.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        host.Accepted.Should().Be(1, "one connection did it all");
        await swarm.EndAsync();
    }
}
