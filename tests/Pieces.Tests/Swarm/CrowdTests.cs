using System.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>One seed and many leechers: a piece that the seed sends twice delays the other leechers.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class CrowdTests
{
    private const int KiB = TestTorrent.KiB;

    // Upload rate of the seed and of each leecher, in bytes per second. The seed needs four seconds for the content of 2 MiB.
    private const int Rate = 512 * KiB;

    [Fact]
    public async Task One_leecher_alone_is_served_as_if_there_were_no_crowd()
    {
        await using var swarm = MakeSwarm();
        SwarmMember seed = AddSeed(swarm);
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = AddLeechers(swarm, 1, PieceOrder.InOrder, seed.EndPoint)[0];
        (await swarm.UntilDoneAsync(leecher)).Should().BeLessThan(12);
        await swarm.UntilAsync(() => Copies(swarm, seed) > 0.95, "the seed has counted what it sent", TimeSpan.Zero);
        Copies(swarm, seed).Should().BeApproximately(1, 0.05);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(PieceOrder.InOrder)]
    [InlineData(PieceOrder.RarestFirst)]
    public async Task What_fell_to_one_who_leaves_midway_is_fetched_by_others_soon(PieceOrder order)
    {
        await using var swarm = MakeSwarm();
        SwarmMember seed = AddSeed(swarm);
        await swarm.ReadyAsync(seed);
        List<SwarmMember> leechers = AddLeechers(swarm, 4, order, seed.EndPoint);
        AddTaker(swarm, offers: false).Dial(seed.EndPoint);
        SwarmMember leaver = leechers[1];
        await swarm.UntilAsync(() => leaver.Now.PiecesHave >= swarm.Data.PieceCount / 4, "some of it is there");
        leechers.Remove(leaver);
        await swarm.StopAsync(leaver);
        (await swarm.UntilDoneAsync(leechers)).Should().BeLessThan(30);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(PieceOrder.InOrder)]
    [InlineData(PieceOrder.RarestFirst)]
    public async Task What_fell_to_one_who_falls_silent_is_fetched_by_others_soon(PieceOrder order)
    {
        await using var swarm = MakeSwarm();
        SwarmMember seed = AddSeed(swarm);
        await swarm.ReadyAsync(seed);
        List<SwarmMember> leechers = AddLeechers(swarm, 2, order, seed.EndPoint);

        // The peer id of this host is that of our program. The host announces a single piece, and then sends nothing more.
        ScriptedHost silent = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(UnchokeMessage.Instance, InterestedMessage.Instance, new HaveMessage((uint)session.Data.PieceCount - 1));
            await session.UntilClosedAsync();
        });
        foreach (SwarmMember leecher in leechers)
            silent.Dial(leecher.EndPoint);
        (await swarm.UntilDoneAsync(leechers)).Should().BeLessThan(30);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(PieceOrder.InOrder)]
    [InlineData(PieceOrder.RarestFirst)]
    public async Task Who_comes_late_to_the_only_seed_gets_everything(PieceOrder order)
    {
        await using var swarm = MakeSwarm();
        SwarmMember seed = AddSeed(swarm);
        await swarm.ReadyAsync(seed);
        List<SwarmMember> leechers = AddLeechers(swarm, 2, order, seed.EndPoint);
        await swarm.UntilAsync(() => leechers[0].Now.PiecesHave >= swarm.Data.PieceCount / 3, "a third is there");
        SwarmMember late = Add(swarm, order, [seed.EndPoint, .. leechers.Select(leecher => leecher.EndPoint)]);
        (await swarm.UntilDoneAsync([.. leechers, late])).Should().BeLessThan(20);
        Copies(swarm, seed).Should().BeLessThan(2.2, "they share what it sends");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Who_comes_beside_one_that_shares_nothing_gets_what_that_one_has_from_the_seed()
    {
        await using var swarm = MakeSwarm();
        SwarmMember seed = AddSeed(swarm);
        await swarm.ReadyAsync(seed);
        ScriptedHost rider = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(
                new BitfieldMessage(session.Data.BitfieldOf(piece => piece < session.Data.PieceCount / 2)),
                InterestedMessage.Instance);
            await session.UntilClosedAsync();
        });
        rider.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => seed.Now.ConnectedPeers == 1, "it is the first");
        SwarmMember leecher = Add(swarm, PieceOrder.InOrder, seed.EndPoint, rider.EndPoint);
        (await swarm.UntilDoneAsync(leecher)).Should().BeLessThan(30);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task When_those_leave_who_were_served_those_who_were_choked_get_everything()
    {
        await using var swarm = MakeSwarm();
        SwarmMember seed = AddSeed(swarm, slots: 1);
        await swarm.ReadyAsync(seed);
        ScriptedHost taker = AddTaker(swarm, offers: true);
        taker.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => seed.Now.Uploaded > 0, "it has the slot");
        List<SwarmMember> leechers = AddLeechers(swarm, 3, PieceOrder.InOrder, seed.EndPoint);

        // The choked leechers receive from another peer the pieces that the seed reveals to them.
        ScriptedHost giver = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(new BitfieldMessage(session.Data.BitfieldOf(piece => piece < 4)));
            await session.ServeAsync();
        });
        foreach (SwarmMember leecher in leechers)
            giver.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leechers.TrueForAll(leecher => leecher.Now.PiecesHave == 4), "they have some");
        swarm.Network.Cut(taker.Address);
        (await swarm.UntilDoneAsync(leechers)).Should().BeLessThan(60, "the slot goes round every thirty seconds");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task One_who_lets_nobody_ask_leaves_its_slot_to_others()
    {
        await using var swarm = MakeSwarm();
        SwarmMember seed = AddSeed(swarm, slots: 1);
        await swarm.ReadyAsync(seed);
        AddTaker(swarm, offers: false).Dial(seed.EndPoint);
        await swarm.UntilAsync(() => seed.Now.Uploaded > 0, "it has the slot while nobody waits");
        List<SwarmMember> leechers = AddLeechers(swarm, 3, PieceOrder.InOrder, seed.EndPoint);
        (await swarm.UntilDoneAsync(leechers)).Should().BeLessThan(25, "a turn would be thirty seconds");
        await swarm.EndAsync();
    }

    private static TestSwarm MakeSwarm()
    {
        var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(20));
        return swarm;
    }

    private static double Copies(TestSwarm swarm, SwarmMember seed) => (double)seed.Now.Uploaded / swarm.Data.Bytes.Length;

    private static SwarmMember AddSeed(TestSwarm swarm, int? slots = null)
    {
        string folder = swarm.NextFolder();
        swarm.Data.WriteContent(folder);
        var options = new TorrentOptions { SeedOnly = true, Seed = new SeedGoals(), UploadLimit = new ByteRate(Rate), UploadSlots = slots };
        return swarm.Add(swarm.NextAddress(), folder, options);
    }

    // Each leecher knows the seed and the leechers that were added before it.
    private static List<SwarmMember> AddLeechers(TestSwarm swarm, int count, PieceOrder order, IPEndPoint seed)
    {
        var leechers = new List<SwarmMember>();
        for (int i = 0; i < count; i++)
            leechers.Add(Add(swarm, order, [seed, .. leechers.Select(leecher => leecher.EndPoint)]));
        return leechers;
    }

    private static SwarmMember Add(TestSwarm swarm, PieceOrder order, params IPEndPoint[] peers) =>
        swarm.Add(
            swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(peers) with { Order = order, UploadLimit = new ByteRate(Rate) });

    // A peer that requests the pieces that a seed announces, block by block, but uploads nothing and announces no pieces. If `offers` is set, it
    // unchokes the seed, as this program does.
    private static ScriptedHost AddTaker(TestSwarm swarm, bool offers) => swarm.AddHost(async session =>
    {
        await session.HandshakeAsync();
        if (offers)
            await session.SendAsync(UnchokeMessage.Instance);
        await session.SendAsync(InterestedMessage.Instance);
        uint next = 0;
        await session.ServeAsync(onOther: frame => (PeerMessageId?)frame.Id switch
        {
            PeerMessageId.Unchoke or PeerMessageId.Piece => session.SendAsync(
                new RequestMessage(next++ % (uint)session.Data.PieceCount, 0, BlockRequest.MaxLength)),
            _ => ValueTask.CompletedTask,
        });
    });
}
