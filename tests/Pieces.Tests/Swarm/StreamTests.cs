using System.Collections.Concurrent;
using System.Net;
using Pieces.Metadata;
using Pieces.Storage;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class StreamTests
{
    private const int KiB = TestTorrent.KiB;
    private const int PieceLength = 32 * KiB;

    // The content has 64 pieces, of which 8 are kept.
    private static readonly TestTorrent Data = new(length: 64 * PieceLength, pieceLength: PieceLength);
    private const long Room = 8 * PieceLength;

    [Theory]
    [InlineData(4097)]
    [InlineData(100_000)]
    public async Task One_file_comes_in_order_and_leaves_nothing(int readLength)
    {
        await using var swarm = new TestSwarm(new TestTorrent(length: (20 * PieceLength) + 1, pieceLength: PieceLength));
        var target = new CollectingTarget { ReadLength = readLength };
        SwarmMember reader = Stream(swarm, target, swarm.AddSeed().EndPoint);
        await UntilTakenAsync(swarm, reader);
        target.Files.Should().ContainSingle().Which.Bytes.Should().Equal(swarm.Data.Bytes);
        reader.Now.BytesVerified.Should().Be(swarm.Data.Bytes.Length);
        reader.Notices.Of<FileNotice>().Should().ContainSingle();
        Directory.EnumerateFileSystemEntries(reader.Folder).Should().BeEmpty();
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(PieceOrder.InOrder)]
    [InlineData(PieceOrder.RarestFirst)]
    public async Task Several_files_come_in_order_with_empty_ones_and_without_padding(PieceOrder order)
    {
        TestTorrent data = Several();
        await using var swarm = new TestSwarm(data);
        var target = new CollectingTarget();
        SwarmMember reader = Stream(swarm, target, options => options with { Order = order }, swarm.AddSeed().EndPoint);
        await UntilTakenAsync(swarm, reader);
        ShouldBe(target, data, data.Metainfo.Files.Where(file => file.IsOnDisk));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Only_selected_files_come_and_nothing_else_is_asked_for()
    {
        TestTorrent data = Several();
        await using var swarm = new TestSwarm(data);
        var target = new CollectingTarget();
        SwarmMember seed = swarm.AddSeed();
        SwarmMember reader = Stream(swarm, target, options => options with { SelectedFiles = [1, 4, 7] }, seed.EndPoint);
        await UntilTakenAsync(swarm, reader);
        ShouldBe(target, data, data.Metainfo.Files.Where(file => file.Index is 1 or 4 or 7));
        reader.Now.Downloaded.Should().BeLessThanOrEqualTo(3 * PieceLength, "one piece for the one byte, and two that the last file touches");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_reader_that_stops_stops_the_download_and_one_that_goes_on_gets_the_rest()
    {
        await using var swarm = new TestSwarm(Data);
        var target = new CollectingTarget { HoldAt = 3 * PieceLength };
        SwarmMember reader = Stream(swarm, target, swarm.AddSeed().EndPoint);
        await swarm.UntilAsync(() => target.Taken >= target.HoldAt && reader.Now.WaitsForReader, "the reader holds");
        await swarm.PassAsync(30);
        reader.Now.Downloaded.Should().BeLessThanOrEqualTo(target.Taken + Room, "nothing is asked for that could not be kept");
        reader.Now.Downloaded.Should().BeGreaterThanOrEqualTo(target.Taken + (Room / 2), "it looks ahead as far as it can");
        target.Release();
        await UntilTakenAsync(swarm, reader);
        target.Files.Single().Bytes.Should().Equal(Data.Bytes);
        reader.Now.Wasted.Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Pieces_that_are_longer_than_memory_come_too()
    {
        await using var swarm = new TestSwarm(new TestTorrent(length: (5 * TestTorrent.MiB) + 4321, pieceLength: 2 * TestTorrent.MiB));
        var target = new CollectingTarget();
        IPEndPoint seed = swarm.AddSeed().EndPoint;
        SwarmMember reader = swarm.Add(
            swarm.NextAddress(), swarm.NextFolder(), Options(swarm, target, room: 1) with { Peers = [seed] }, pieceMemory: TestTorrent.MiB);
        await UntilTakenAsync(swarm, reader);
        target.Files.Single().Bytes.Should().Equal(swarm.Data.Bytes);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Bad_data_is_never_read()
    {
        await using var swarm = new TestSwarm(Data);
        int lies = 0;
        ScriptedHost liar = swarm.AddHost(session => session.SeedAsync(request =>
            session.SendBytesAsync(Interlocked.Increment(ref lies) < 10 ? session.BadBlockOf(request) : session.BlockOf(request))));
        var target = new CollectingTarget();
        SwarmMember reader = Stream(swarm, target, liar.EndPoint);
        await swarm.UntilAsync(() => reader.BadPieces > 0, "a piece is bad");
        swarm.AddSeed(reader.EndPoint);
        await UntilTakenAsync(swarm, reader);
        target.Files.Single().Bytes.Should().Equal(Data.Bytes);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_first_piece_that_is_late_is_asked_of_another()
    {
        await using var swarm = new TestSwarm(Data);
        ScriptedHost sleeper = swarm.AddHost(session => session.SeedAsync(_ => ValueTask.CompletedTask));
        var target = new CollectingTarget();
        SwarmMember reader = Stream(swarm, target, sleeper.EndPoint);
        await swarm.UntilAsync(() => sleeper.Requests > 0, "the first piece is asked of the one that sleeps");
        swarm.AddSeed(reader.EndPoint);
        await UntilTakenAsync(swarm, reader);
        target.Files.Single().Bytes.Should().Equal(Data.Bytes);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task What_a_leecher_was_told_of_is_served_long_after_it_was_read()
    {
        await using var swarm = new TestSwarm(Data);
        var told = new ConcurrentQueue<int>();
        var got = new ConcurrentQueue<uint>();
        ScriptedSession? leecher = null;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(HaveNoneMessage.Instance, InterestedMessage.Instance);
            leecher = session;
            await session.ServeAsync(onOther: frame =>
            {
                if (frame.Id == (byte)PeerMessageId.Have)
                    told.Enqueue(frame.Payload[3]);
                else if (frame.Id == (byte)PeerMessageId.Piece)
                    got.Enqueue(frame.Payload[3]);
                return ValueTask.CompletedTask;
            });
        });
        var target = new CollectingTarget { HoldAt = 40 * PieceLength };
        SwarmMember reader = Stream(swarm, target, host.EndPoint);
        await swarm.UntilAsync(() => leecher is not null, "the leecher is there");
        swarm.AddSeed(reader.EndPoint);
        await swarm.UntilAsync(() => target.Taken >= target.HoldAt, "more was read than can be kept");
        await swarm.PassAsync(15);

        int[] first = [.. told];
        first.Should().HaveCount(StreamRetention.MostOffered(8), "what it was told of must stay, and only so much may stay");
        foreach (int piece in first)
            await leecher!.SendAsync(new RequestMessage((uint)piece, 0, 16 * KiB));
        await swarm.UntilAsync(() => got.Count == first.Length, "every piece it was told of is served");
        got.Should().BeEquivalentTo(first.Select(piece => (uint)piece));

        // The peer announces that it has these pieces. Other pieces then take their slots and are announced to it.
        await leecher!.SendAsync([.. first.Select(piece => new HaveMessage((uint)piece))]);
        await swarm.UntilAsync(() => told.Count > first.Length, "it receives more");
        target.Release();
        await UntilTakenAsync(swarm, reader);
        target.Files.Single().Bytes.Should().Equal(Data.Bytes);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Who_streams_all_that_fits_is_a_peer_like_any_other()
    {
        await using var swarm = new TestSwarm(Data);
        var target = new CollectingTarget { HoldAt = Data.Bytes.Length };
        SwarmMember seed = swarm.AddSeed();
        SwarmMember reader = swarm.Add(
            swarm.NextAddress(), swarm.NextFolder(), Options(swarm, target, room: Data.Bytes.Length) with { Peers = [seed.EndPoint] });
        await swarm.UntilAsync(() => target.Taken == Data.Bytes.Length, "all was read");
        await swarm.StopAsync(seed);
        SwarmMember leecher = swarm.AddLeecher(reader.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        target.Release();
        await UntilTakenAsync(swarm, reader);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_target_that_fails_makes_the_torrent_fail()
    {
        await using var swarm = new TestSwarm(Data);
        var target = new CollectingTarget { HoldAt = PieceLength, Failure = new IOException("no more") };
        SwarmMember reader = Stream(swarm, target, swarm.AddSeed().EndPoint);
        await swarm.UntilAsync(() => reader.Torrent.Stopped.IsCompleted, "it ends");
        reader.Torrent.Completion.Exception!.InnerException.Should().BeSameAs(target.Failure);
        reader.Now.Phase.Should().Be(TorrentPhase.Failed);
    }

    [Fact]
    public async Task A_stop_while_the_reader_holds_gives_everything_back()
    {
        await using var swarm = new TestSwarm(Data);
        var target = new CollectingTarget { HoldAt = PieceLength };
        SwarmMember reader = Stream(swarm, target, swarm.AddSeed().EndPoint);
        await swarm.UntilAsync(() => target.Taken >= target.HoldAt, "the reader holds");
        await swarm.StopAsync(reader);
        reader.Torrent.Completion.IsCanceled.Should().BeTrue();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_stream_does_not_seed()
    {
        await using var swarm = new TestSwarm(Data);
        FluentActions.Invoking(() => swarm.Add(
                swarm.NextAddress(), swarm.NextFolder(), Options(swarm, new CollectingTarget(), Room) with { Seed = new SeedGoals() }))
            .Should().Throw<ArgumentException>();
    }

    private static TestTorrent Several() => TestTorrent.OfNames(
        "top",
        PieceLength,
        ("empty first", 0),
        ("a/one byte", 1),
        (".pad/32767", PieceLength - 1),
        ("a/b/long", 300_001),
        ("a/empty", 0),
        (".pad/27679", (10 * PieceLength) - 300_001),
        ("whole pieces", 4 * PieceLength),
        ("last", PieceLength + 12_345),
        ("empty last", 0));

    private static TorrentOptions Options(TestSwarm swarm, CollectingTarget target, long room) => new()
    {
        Stream = new StreamOptions { Target = target, TemporaryFolder = swarm.NextFolder(), TemporaryLength = room },
    };

    private static SwarmMember Stream(TestSwarm swarm, CollectingTarget target, params IPEndPoint[] peers) =>
        Stream(swarm, target, options => options, peers);

    private static SwarmMember Stream(
        TestSwarm swarm, CollectingTarget target, Func<TorrentOptions, TorrentOptions> change, params IPEndPoint[] peers) =>
        swarm.Add(swarm.NextAddress(), swarm.NextFolder(), change(Options(swarm, target, Room) with { Peers = [.. peers] }));

    private static async Task UntilTakenAsync(TestSwarm swarm, SwarmMember reader)
    {
        await swarm.UntilAsync(() => reader.IsDone, "all was taken");
        await reader.Torrent.Completion;
    }

    private static void ShouldBe(CollectingTarget target, TestTorrent data, IEnumerable<FileEntry> expected)
    {
        FileEntry[] files = [.. expected];
        target.Files.Select(file => file.Path).Should().Equal(files.Select(file => file.RelativePath));
        for (int i = 0; i < files.Length; i++)
        {
            target.Files[i].Bytes.AsSpan().SequenceEqual(data.Bytes.AsSpan((int)files[i].Offset, (int)files[i].Length))
                .Should().BeTrue($"{files[i].RelativePath} is what was shared");
        }
    }
}
