using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class BadDataTests
{
    private const int KiB = TestTorrent.KiB;

    // The link is fast enough that its peer is preferred, and slow enough that no peer sends everything alone.
    private static readonly InMemoryLink Link = new(TimeSpan.FromMilliseconds(10), 256 * KiB);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_whose_blocks_are_all_wrong_is_banned_soon(bool isThereAnother)
    {
        await using var swarm = NewSwarm();
        ScriptedHost liar = swarm.AddHost(session => session.SeedAsync(request => session.SendBytesAsync(session.BadBlockOf(request))));
        SwarmMember leecher = isThereAnother ? swarm.AddLeecher(liar.EndPoint, swarm.AddSeed().EndPoint) : swarm.AddLeecher(liar.EndPoint);
        await swarm.UntilAsync(() => leecher.Banned.Any(), "it is banned");
        leecher.BadPieces.Should().BeInRange(1, 3);
        if (!isThereAnother)
            await swarm.CompleteHonestlyAsync(leecher);
        await swarm.UntilDoneAsync(leecher);
        leecher.Banned.Should().Equal(liar.Address);
        await swarm.PassAsync(60);
        liar.Accepted.Should().Be(1, "it is not dialled again");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_every_eighth_of_whose_blocks_is_wrong_is_banned_soon()
    {
        await using var swarm = NewSwarm();
        int sent = 0;
        ScriptedHost liar = swarm.AddHost(session => session.SeedAsync(request =>
            session.SendBytesAsync(++sent % 8 == 0 ? session.BadBlockOf(request) : session.BlockOf(request))));
        SwarmMember[] seeds = [swarm.AddSeed(), swarm.AddSeed()];
        await swarm.ReadyAsync(seeds);
        SwarmMember leecher = swarm.AddLeecher(liar.EndPoint, seeds[0].EndPoint, seeds[1].EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.PassAsync(1);
        leecher.Banned.Should().Equal(liar.Address);
        leecher.BadPieces.Should().BeInRange(1, 3);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task The_sender_of_a_bad_block_is_found_among_those_who_helped()
    {
        // Pieces have 64 blocks, so that several peers send blocks of each piece.
        await using var swarm = NewSwarm(new TestTorrent(length: 8 * TestTorrent.MiB, pieceLength: TestTorrent.MiB));
        int lies = 0;
        ScriptedHost liar = swarm.AddHost(session => session.SeedAsync(request =>
            session.SendBytesAsync(++lies == 5 ? session.BadBlockOf(request) : session.BlockOf(request))));
        SwarmMember[] seeds = [swarm.AddSeed(), swarm.AddSeed(), swarm.AddSeed()];
        await swarm.ReadyAsync(seeds);
        SwarmMember leecher = swarm.AddLeecher([liar.EndPoint, .. seeds.Select(seed => seed.EndPoint)]);
        await swarm.UntilDoneAsync(leecher);
        await swarm.PassAsync(1);
        leecher.BadPieces.Should().Be(1);
        leecher.Banned.Should().Equal(liar.Address);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_banned_peer_that_dials_us_is_not_let_in()
    {
        await using var swarm = NewSwarm();
        ScriptedHost liar = swarm.AddHost(session => session.SeedAsync(request => session.SendBytesAsync(session.BadBlockOf(request))));
        SwarmMember leecher = swarm.AddLeecher(liar.EndPoint);
        await swarm.UntilAsync(() => leecher.Banned.Any() && liar.Ended == 1, "it is banned");
        liar.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => liar.Ended == 2, "it is closed");
        leecher.ConnectionsOf(liar.Address).Should().Be(1);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_was_banned_by_one_port_is_not_dialled_by_another()
    {
        await using var swarm = NewSwarm();
        ScriptedHost liar = swarm.AddHost(
            session => session.SeedAsync(request => session.SendBytesAsync(session.BadBlockOf(request))), "99.0.0.7");
        swarm.Network.SetDialFault(liar.Address, DialFault.Refuse);
        SwarmMember leecher = swarm.AddLeecher(liar.EndPoint);
        await swarm.UntilAsync(() => swarm.Network.DialsTo(liar.Address) > 0, "it is dialled");
        liar.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Banned.Any(), "it is banned");
        int dials = swarm.Network.DialsTo(liar.Address);
        await swarm.PassAsync(1200);
        swarm.Network.DialsTo(liar.Address).Should().Be(dials);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task On_loopback_a_banned_peer_counts_once_though_it_came_from_another_port()
    {
        await using var swarm = NewSwarm();
        ScriptedHost liar = swarm.AddHost(
            async session =>
            {
                await session.HandshakeAsync();
                await session.SendAsync(new ExtendedMessage(0, new ExtensionHandshake { Port = ScriptedHost.Port }.Encode()));
                await session.SendWholeAsync();
                await session.ServeAsync(request => session.SendBytesAsync(session.BadBlockOf(request)));
            },
            "127.0.0.2");
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        liar.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Banned.Any(), "it is banned");
        await swarm.PassAsync(60);
        (leecher.Now.BannedPeers, liar.Accepted).Should().Be((1, 0));
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Blocks_that_nobody_asked_for_are_not_kept()
    {
        int sent = 0;
        await using var swarm = NewSwarm();
        ScriptedHost flooder = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            for (sent = 0; sent < 2048; sent++)
                await session.SendBytesAsync(session.BlockOf(new RequestMessage((uint)sent % 64, 0, 16_384)));
            await session.UntilClosedAsync();
        });
        SwarmMember leecher = swarm.AddLeecher(flooder.EndPoint);
        await swarm.UntilAsync(() => leecher.ClosedOf(flooder.Address) > 0, "it is dropped", TimeSpan.FromMinutes(3));
        (leecher.Now.PiecesHave, leecher.Now.BytesVerified).Should().Be((0, 0));
        leecher.Client.BlockPool.Rented.Should().Be(0);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public Task Blocks_that_are_too_long_do_no_harm() => HarmlessAsync(session => session.SeedAsync(request =>
        session.SendBytesAsync(ScriptedPeer.BlockBytes(request.Piece, request.Begin, new byte[16_385]))));

    [Fact]
    public Task Blocks_of_a_piece_in_one_do_no_harm() => HarmlessAsync(session => session.SeedAsync(request =>
        session.SendBytesAsync(ScriptedPeer.BlockBytes(request.Piece, 0, session.Data.Block(request.Piece, 0, 32_768)))));

    [Fact]
    public Task Blocks_that_are_too_short_do_no_harm() => HarmlessAsync(session => session.SeedAsync(request =>
        session.SendBytesAsync(ScriptedPeer.BlockBytes(request.Piece, request.Begin, session.Data.Block(request.Piece, request.Begin, 16_383)))));

    [Fact]
    public Task Empty_blocks_do_no_harm() => HarmlessAsync(session => session.SeedAsync(request =>
        session.SendBytesAsync(ScriptedPeer.BlockBytes(request.Piece, request.Begin, []))));

    [Theory]
    [InlineData(0xFFFFFFFFu)]
    [InlineData(0xFFFFC000u)]
    [InlineData(0x80000000u)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(32_768u)]
    [InlineData(1u)]
    public Task Blocks_with_an_offset_beyond_the_piece_do_no_harm(uint begin) => HarmlessAsync(session => session.SeedAsync(request =>
        session.SendBytesAsync(ScriptedPeer.BlockBytes(request.Piece, begin, session.Data.Block(request.Piece, request.Begin, request.Length)))));

    [Theory]
    [InlineData(64u)]
    [InlineData(0xFFFFFFFFu)]
    public Task Blocks_of_a_piece_that_is_not_there_do_no_harm(uint piece) => HarmlessAsync(session => session.SeedAsync(request =>
        session.SendBytesAsync(ScriptedPeer.BlockBytes(piece, request.Begin, session.Data.Block(request.Piece, request.Begin, request.Length)))));

    [Fact]
    public async Task Copies_of_blocks_are_waste_and_no_offence()
    {
        await using var swarm = NewSwarm();
        ScriptedHost doubler = swarm.AddHost(session => session.SeedAsync(async request =>
        {
            await session.SendBlockAsync(request);
            await session.SendBlockAsync(request);
        }));
        SwarmMember leecher = swarm.AddLeecher(doubler.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        doubler.Accepted.Should().Be(1, "it was never dropped");
        await swarm.PassAsync(1);
        leecher.Now.Wasted.Should().BePositive();
        leecher.Now.BannedPeers.Should().Be(0);
        await swarm.EndAsync();
    }

    private static TestSwarm NewSwarm(TestTorrent? data = null)
    {
        var swarm = new TestSwarm(data);
        swarm.Network.DefaultLink = Link;
        return swarm;
    }

    // Runs a download from the scripted host alone, which must neither progress nor fail. After an honest seed has joined, the download must
    // complete.
    private static async Task HarmlessAsync(Func<ScriptedSession, Task> script)
    {
        await using var swarm = NewSwarm();
        ScriptedHost host = swarm.AddHost(script);
        SwarmMember leecher = swarm.AddLeecher(host.EndPoint);
        await swarm.UntilAsync(() => leecher.ConnectionsOf(host.Address) > 0, "it is connected");
        await swarm.PassAsync(5);
        leecher.Now.PiecesHave.Should().Be(0);
        leecher.Now.Phase.Should().Be(TorrentPhase.Downloading);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }
}
