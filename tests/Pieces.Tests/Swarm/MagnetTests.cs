using System.Net;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class MagnetTests
{
    private const int KiB = TestTorrent.KiB;

    // A torrent whose metadata has three parts.
    private static TestTorrent Large => new(length: 2 * TestTorrent.MiB, pieceLength: 1 * KiB);

    [Fact]
    public async Task A_magnet_gets_metadata_and_data_from_one_seed_over_one_connection()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(seed.EndPoint));
        await swarm.UntilDoneAsync(leecher);
        (await leecher.Torrent.Metadata).InfoHash.Should().Be(swarm.Data.Metainfo.InfoHash);
        leecher.Torrent.Metainfo!.InfoBytes.ToArray().Should().Equal(swarm.Data.Metainfo.InfoBytes.ToArray());
        MetadataNotice notice = leecher.Notices.Of<MetadataNotice>().Should().ContainSingle().Subject;
        (notice.Name, notice.Size).Should().Be(("file.bin", swarm.Data.Bytes.Length));
        leecher.ConnectionsOf(seed.Address).Should().Be(1, "the peer of the metadata is kept for the data");
        leecher.Now.Wasted.Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_magnet_has_no_metainfo_before_a_peer_sends_it()
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo());
        await swarm.UntilAsync(() => leecher.Now.Phase == TorrentPhase.FindingPeers, "it looks for peers", TimeSpan.FromMinutes(2));
        leecher.Torrent.Metainfo.Should().BeNull();
        leecher.Torrent.Metadata.IsCompleted.Should().BeFalse();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_magnet_with_one_poisoned_one_silent_one_lying_and_one_honest_peer_gets_its_metadata_soon()
    {
        await using var swarm = new TestSwarm(Large);
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(50));
        int size = swarm.Data.Metainfo.InfoBytes.Length;
        ScriptedHost poisoned = swarm.AddHost(session => session.PoisonAsync(_ => true));
        ScriptedHost silent = swarm.AddHost(async session =>
        {
            await session.GreetAsync(size);
            await session.UntilClosedAsync();
        });
        ScriptedHost lying = swarm.AddHost(async session =>
        {
            byte[] wrong = new byte[size + 1000];
            await session.GreetAsync(wrong.Length);
            await session.ServeMetadataAsync(part => session.SendMetadataAsync(ScriptedMetadata.PartOf(wrong, part)));
        });
        double? honestAt = null;
        ScriptedHost honest = swarm.AddHost(async session =>
        {
            await session.GreetAsync(size);
            await session.ServeMetadataAsync(async part =>
            {
                honestAt ??= swarm.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
                await session.SendMetadataAsync(session.PartOf(part));
            });
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(poisoned.EndPoint, silent.EndPoint, lying.EndPoint, honest.EndPoint));
        await swarm.UntilAsync(() => leecher.Torrent.Metadata.IsCompleted, "the metadata is here", TimeSpan.FromMinutes(2));
        double now = swarm.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        (now - honestAt!.Value).Should().BeLessThan(10);
        leecher.Banned.Should().Contain(poisoned.Address).And.NotContain([silent.Address, honest.Address]);
        await swarm.UntilDoneAsync(leecher);
        leecher.Banned.Should().NotContain(honest.Address);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whoever_poisons_one_part_is_found_and_no_innocent_is_banned(int wrong)
    {
        await using var swarm = new TestSwarm(Large);
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(50));
        ScriptedHost poisoned = swarm.AddHost(session => session.PoisonAsync(part => part == wrong));
        ScriptedHost[] honest = [swarm.AddHost(ScriptedMetadata.SeedWithMetadataAsync), swarm.AddHost(ScriptedMetadata.SeedWithMetadataAsync)];
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(poisoned.EndPoint, honest[0].EndPoint, honest[1].EndPoint));
        await swarm.UntilDoneAsync(leecher);
        leecher.Banned.Except([poisoned.Address]).Should().BeEmpty();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_lone_poisoner_is_banned_and_the_next_peer_helps()
    {
        await using var swarm = new TestSwarm(Large);
        ScriptedHost poisoned = swarm.AddHost(session => session.PoisonAsync(part => part == 1));
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(poisoned.EndPoint));
        await swarm.UntilAsync(() => leecher.Banned.Any(), "the poisoner is banned");
        leecher.Banned.Should().Equal(poisoned.Address);
        await swarm.UntilAsync(() => leecher.Now.Phase == TorrentPhase.FindingPeers, "nobody is left to ask");
        swarm.AddSeed(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(0L)]
    [InlineData(2147483648L)]
    [InlineData(4611686018427387904L)]
    public async Task An_impossible_size_is_not_believed_and_another_peer_helps(long size)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost liar = swarm.AddHost(async session =>
        {
            await session.GreetAsync(size);
            await session.ServeAsync(onOther: frame =>
            {
                (frame.Payload is [ScriptedMetadata.TheirId, ..]).Should().BeFalse("nothing is asked of it");
                return ValueTask.CompletedTask;
            });
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(liar.EndPoint));
        await swarm.UntilAsync(() => liar.Accepted > 0, "the liar is dialled");
        await swarm.PassAsync(3);
        leecher.Now.Phase.Should().Be(TorrentPhase.FindingPeers);
        swarm.AddSeed(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_rejects_is_asked_again_later()
    {
        await using var swarm = new TestSwarm(Large);
        int rejected = 0;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.GreetAsync(session.Data.Metainfo.InfoBytes.Length);
            await session.ServeMetadataAsync(part => rejected++ < 3
                ? session.SendMetadataAsync(new Pieces.Wire.MetadataReject(part))
                : session.SendMetadataAsync(session.PartOf(part)));
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(host.EndPoint));
        await swarm.UntilDoneAsync(leecher);
        leecher.ConnectionsOf(host.Address).Should().Be(1);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_without_metadata_says_so_and_gives_it_once_it_has_it()
    {
        await using var swarm = new TestSwarm();
        SwarmMember first = swarm.AddMagnet(swarm.LinkTo());
        SwarmMember second = swarm.AddMagnet(swarm.LinkTo(new IPEndPoint(IPAddress.Parse(first.Address), ScriptedHost.Port)));
        await swarm.UntilAsync(() => second.Now.ConnectedPeers == 1, "two who know nothing meet");
        await swarm.PassAsync(2);
        second.Now.Phase.Should().Be(TorrentPhase.FindingPeers);
        SwarmMember seed = swarm.AddSeed(first.EndPoint);
        await swarm.UntilDoneAsync([first, second]);
        second.ConnectionsOf(seed.Address).Should().Be(0, "all came through the first");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Metadata_that_is_no_usable_torrent_fails_with_the_same_reason_as_a_file()
    {
        byte[] info = "d6:lengthi-1e4:name1:a12:piece lengthi16384e6:pieces0:e"u8.ToArray();
        await using var swarm = new TestSwarm();
        var link = MagnetLink.Parse(InfoHash.OfInfo(info).ToString());
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.Peer.SendHandshakeAsync(SwarmKey.Of(link.InfoHash), session.Id, session.Token);
            await session.Peer.ReadHandshakeAsync(session.Token);
            string hello = $"d1:md11:ut_metadatai{ScriptedMetadata.TheirId}ee13:metadata_sizei{info.Length}ee";
            await session.SendFrameAsync(20, [0, .. System.Text.Encoding.ASCII.GetBytes(hello)]);
            await session.ServeMetadataAsync(part => session.SendMetadataAsync(ScriptedMetadata.PartOf(info, part)));
        });
        SwarmMember leecher = swarm.AddMagnet(link.WithPeers([host.EndPoint]));
        await swarm.UntilAsync(() => leecher.Torrent.Stopped.IsCompleted, "it fails");
        byte[] file = [.. "d4:info"u8, .. info, .. "e"u8];
        string asFile = FluentActions.Invoking(() => MetainfoParser.Parse(file)).Should().Throw<MetainfoException>().Which.Message;
        (await FluentActions.Awaiting(() => leecher.Torrent.Completion).Should().ThrowAsync<MetainfoException>()).WithMessage(asFile);
        await FluentActions.Awaiting(() => leecher.Torrent.Metadata).Should().ThrowAsync<MetainfoException>();
        leecher.Now.Phase.Should().Be(TorrentPhase.Failed);
        Directory.EnumerateFileSystemEntries(leecher.Folder).Should().BeEmpty();
        await leecher.Client.DisposeAsync();
        await swarm.UntilAsync(() => swarm.Network.OpenConnections == 0, "all is closed");
    }

    [Fact]
    public async Task A_magnet_that_was_stopped_goes_on_without_asking_for_the_metadata_again()
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(BytesPerSecond: 256 * KiB);
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(seed.EndPoint));
        await swarm.UntilAsync(() => leecher.Notices.Of<PieceNotice>().Count() >= 20, "a part is there");
        await swarm.StopAsync(leecher);
        File.ReadAllBytes(Path.Combine(leecher.Folder, ".file.bin.pieces", "metadata")).Should().Equal(swarm.Data.Metainfo.InfoBytes.ToArray());

        SwarmMember alone = swarm.AddMagnet(swarm.LinkTo(), leecher.Folder);
        await swarm.UntilAsync(() => alone.Torrent.Metadata.IsCompletedSuccessfully, "nobody is needed for the metadata");
        await swarm.UntilAsync(() => alone.Now.Phase == TorrentPhase.Downloading, "the data is looked at");
        alone.Notices.Of<StartedNotice>().Single().HavePieces.Should().BeGreaterThanOrEqualTo(20);
        await swarm.StopAsync(alone);

        SwarmMember again = swarm.AddMagnet(swarm.LinkTo(seed.EndPoint), leecher.Folder, new TorrentOptions());
        await swarm.UntilAsync(() => again.Torrent.Stopped.IsCompleted, "it is complete");
        Directory.EnumerateFileSystemEntries(leecher.Folder).Select(Path.GetFileName).Should().Equal("file.bin");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Stopping_while_nothing_is_known_gives_everything_back()
    {
        await using var swarm = new TestSwarm();
        ScriptedHost silent = swarm.AddHost(async session =>
        {
            await session.GreetAsync(1000);
            await session.UntilClosedAsync();
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(silent.EndPoint));
        await swarm.UntilAsync(() => leecher.Now.Phase == TorrentPhase.FetchingMetadata, "it asks");
        leecher.Now.MetadataSize.Should().Be(1000);
        await swarm.StopAsync(leecher);
        leecher.Torrent.Metadata.IsCanceled.Should().BeTrue();
        leecher.Torrent.Completion.IsCanceled.Should().BeTrue();
        Directory.EnumerateFileSystemEntries(leecher.Folder).Should().BeEmpty();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task The_selection_of_the_link_is_all_that_is_fetched()
    {
        TestTorrent data = TestTorrent.OfNames("top", 32 * KiB, ("a", 320 * KiB), ("b", 320 * KiB), ("c", 320 * KiB));
        await using var swarm = new TestSwarm(data);
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        MagnetLink link = MagnetLink.Parse($"magnet:?xt=urn:btih:{data.Metainfo.InfoHash}&so=1,99").WithPeers([seed.EndPoint]);
        SwarmMember leecher = swarm.AddMagnet(link);
        await swarm.UntilAsync(() => leecher.IsDone, "the file is there");
        await leecher.Torrent.Completion;
        Directory.EnumerateFiles(Path.Combine(leecher.Folder, "top")).Select(Path.GetFileName).Should().Equal("b");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task The_callers_choice_of_files_comes_before_the_links_and_what_it_throws_is_the_reason_of_the_end()
    {
        TestTorrent data = TestTorrent.OfNames("top", 32 * KiB, ("a", 320 * KiB), ("b", 320 * KiB));
        await using var swarm = new TestSwarm(data);
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        MagnetLink link = MagnetLink.Parse($"magnet:?xt=urn:btih:{data.Metainfo.InfoHash}&so=1").WithPeers([seed.EndPoint]);
        TorrentOptions options = TestSwarm.LeecherOptions() with { FileSelector = metainfo => [metainfo.Files.Length - 2] };
        SwarmMember leecher = swarm.AddMagnet(link, options: options);
        await swarm.UntilAsync(() => leecher.IsDone, "the file is there");
        Directory.EnumerateFiles(Path.Combine(leecher.Folder, "top")).Select(Path.GetFileName).Should().Equal("a");

        TorrentOptions impossible = TestSwarm.LeecherOptions() with { FileSelector = _ => throw new FormatException("nothing matches") };
        SwarmMember picky = swarm.AddMagnet(link, options: impossible);
        await swarm.UntilAsync(() => picky.Torrent.Stopped.IsCompleted, "it fails");
        await FluentActions.Awaiting(() => picky.Torrent.Completion).Should().ThrowAsync<FormatException>();
    }
}
