using System.Net;
using Pieces.Storage;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class SwarmTransferTests
{
    private const int KiB = TestTorrent.KiB;

    [Fact]
    public async Task One_leecher_gets_everything_from_one_seed()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        leecher.Now.Wasted.Should().Be(0);
        leecher.Notices.Of<CompletedNotice>().Should().ContainSingle();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_seed_that_dials_serves_as_well_as_one_that_is_dialled()
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        swarm.AddSeed(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(PieceOrder.InOrder)]
    [InlineData(PieceOrder.RarestFirst)]
    public async Task Twenty_leechers_complete_and_trade_with_each_other(PieceOrder order)
    {
        await using var swarm = new TestSwarm();
        string address = swarm.NextAddress();
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(20), 256 * KiB);
        SwarmMember seed = swarm.AddSeed(address);
        await swarm.ReadyAsync(seed);
        var leechers = new List<SwarmMember>();
        for (int i = 0; i < 20; i++)
        {
            IPEndPoint[] peers = [seed.EndPoint, .. leechers.TakeLast(5).Select(member => member.EndPoint)];
            leechers.Add(swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(peers) with { Order = order }));
        }

        await swarm.UntilDoneAsync(leechers);
        await swarm.PassAsync(1);
        leechers.Exists(leecher => leecher.Now.Uploaded > 0).Should().BeTrue("leechers trade");
        seed.Now.Uploaded.Should().BeLessThan(swarm.Data.Bytes.Length * 15L, "the seed does not serve everybody alone");
        leechers.Sum(leecher => leecher.Now.BannedPeers).Should().Be(0);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(PieceOrder.InOrder)]
    [InlineData(PieceOrder.RarestFirst)]
    public async Task Many_files_with_empty_and_pad_files_among_them_are_shared(PieceOrder order)
    {
        TestTorrent data = TestTorrent.OfNames(
            "top",
            32 * KiB,
            ("empty first", 0),
            ("a/one byte", 1),
            (".pad/32767", (32 * KiB) - 1),
            ("a/b/long", 300_001),
            ("a/empty", 0),
            (".pad/27679", (10 * 32 * KiB) - 300_001),
            ("whole pieces", 4 * 32 * KiB),
            ("last", 12_345),
            ("empty last", 0));
        await using var swarm = new TestSwarm(data);
        SwarmMember seed = swarm.AddSeed();
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(seed.EndPoint) with { Order = order });
        await swarm.UntilDoneAsync(leecher);
        Directory.Exists(Path.Combine(leecher.Folder, "top", ".pad")).Should().BeFalse("padding is not written");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Leechers_that_hold_everything_together_complete_without_the_seed()
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(20), 32 * KiB);
        SwarmMember seed = swarm.AddSeed();
        SwarmMember[] leechers = new SwarmMember[4];
        for (int i = 0; i < leechers.Length; i++)
        {
            string address = swarm.NextAddress();
            swarm.Network.SetLink(seed.Address, address, new InMemoryLink(TimeSpan.FromMilliseconds(20), 64 * KiB));
            IPEndPoint[] peers = [seed.EndPoint, .. leechers.Take(i).Select(member => member.EndPoint)];
            TorrentOptions options = TestSwarm.LeecherOptions(peers) with { Order = PieceOrder.RarestFirst };
            leechers[i] = swarm.Add(address, swarm.NextFolder(), options);
        }

        await swarm.UntilAsync(
            () => leechers.SelectMany(member => member.Notices.Of<PieceNotice>()).DistinctBy(piece => piece.Piece).Count() == swarm.Data.PieceCount,
            "the leechers hold everything together");
        leechers.All(leecher => leecher.IsDone).Should().BeFalse("the seed leaves in the middle");
        await swarm.StopAsync(seed);
        await swarm.UntilDoneAsync(leechers);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_leecher_that_was_stopped_goes_on_where_it_stood()
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(BytesPerSecond: 256 * KiB);
        SwarmMember seed = swarm.AddSeed();
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        await swarm.UntilAsync(() => leecher.Notices.Of<PieceNotice>().Count() >= 20, "a part is there");
        await swarm.StopAsync(leecher);
        leecher.IsDone.Should().BeTrue("a stop ends the wait for completion");
        leecher.Torrent.Completion.IsCanceled.Should().BeTrue();

        SwarmMember again = swarm.Add(leecher.Address, leecher.Folder, TestSwarm.LeecherOptions(seed.EndPoint));
        await swarm.UntilDoneAsync(again);
        again.Notices.Of<StartedNotice>().Single().HavePieces.Should().BeGreaterThanOrEqualTo(20);
        await swarm.PassAsync(1);
        again.Now.Downloaded.Should().BeLessThanOrEqualTo(swarm.Data.Bytes.Length - (20 * 32 * KiB));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_leecher_without_seeding_stops_by_itself_once_it_is_done()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), new TorrentOptions { Peers = [seed.EndPoint] });
        await swarm.UntilAsync(() => leecher.Torrent.Stopped.IsCompleted, "it stops");
        swarm.Data.ShouldBeRightIn(leecher.Folder);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_cut_cable_costs_nothing_but_time()
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(BytesPerSecond: 256 * KiB);
        SwarmMember seed = swarm.AddSeed();
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        for (int i = 1; i <= 3; i++)
        {
            int pieces = i * 15;
            await swarm.UntilAsync(() => leecher.Notices.Of<PieceNotice>().Count() >= pieces, "a part is there");
            swarm.Network.Cut(seed.Address);
        }

        await swarm.UntilDoneAsync(leecher);
        leecher.Now.BannedPeers.Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_download_over_ipv6_alone_works()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed("fd00::1");
        SwarmMember leecher = swarm.Add("fd00::2", swarm.NextFolder(), TestSwarm.LeecherOptions(seed.EndPoint));
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_mapped_address_is_dialled_as_the_ipv4_address_that_it_is()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = swarm.AddLeecher(new IPEndPoint(seed.EndPoint.Address.MapToIPv6(), seed.EndPoint.Port), seed.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        swarm.Network.DialsTo(seed.Address).Should().Be(1, "both spellings are one peer");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_comes_from_a_mapped_address_is_served_and_not_dialled_besides()
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        SwarmMember seed = swarm.AddSeed("::ffff:10.9.9.9", leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        leecher.ConnectionsOf("10.9.9.9").Should().Be(1);
        swarm.Network.DialsTo("10.9.9.9").Should().Be(0);
        swarm.Network.DialsTo(seed.Address).Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Only_the_files_that_are_wanted_are_fetched()
    {
        TestTorrent data = TestTorrent.OfNames("top", 32 * KiB, ("a", 320 * KiB), ("b", 320 * KiB), ("c", 320 * KiB));
        await using var swarm = new TestSwarm(data);
        SwarmMember seed = swarm.AddSeed();
        TorrentOptions options = TestSwarm.LeecherOptions(seed.EndPoint) with { SelectedFiles = [1] };
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), options);
        await swarm.UntilAsync(() => leecher.IsDone, "the file is there");
        await leecher.Torrent.Completion;
        File.ReadAllBytes(Path.Combine(leecher.Folder, "top", "b")).Should().Equal(data.Bytes[(320 * KiB)..(640 * KiB)]);
        await swarm.PassAsync(1);
        leecher.Now.Downloaded.Should().Be(320 * KiB);
        await swarm.EndAsync();
    }
}
