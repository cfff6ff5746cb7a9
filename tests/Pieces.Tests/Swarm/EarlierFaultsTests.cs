using System.Net;
using System.Text;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Faults that were found in small clients, one test for each. None of them may occur in this program.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class EarlierFaultsTests
{
    private const int KiB = TestTorrent.KiB;

    [Fact]
    public Task Keep_alives_between_messages_are_consumed() => CompletesAloneAsync(session => session.SeedAsync(async request =>
    {
        await session.SendBytesAsync(new byte[4]);
        await session.SendBlockAsync(request);
        await session.SendBytesAsync(new byte[8]);
    }));

    [Fact]
    public Task Unknown_ids_between_messages_leave_the_stream_in_step() => CompletesAloneAsync(session => session.SeedAsync(async request =>
    {
        await session.SendFrameAsync(200, new byte[100]);
        await session.SendBlockAsync(request);
    }));

    [Fact]
    public Task A_peer_that_says_what_it_has_by_have_alone_is_asked() => CompletesAloneAsync(async session =>
    {
        await session.HandshakeAsync(default(ReservedBits));
        for (uint i = 0; i < session.Data.PieceCount; i++)
            await session.SendAsync(new HaveMessage(i));
        await session.ServeAsync();
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_block_whose_request_expired_is_asked_for_again(bool hasFast) => CompletesAloneAsync(session =>
    {
        var seen = new HashSet<(uint Piece, uint Begin)>();
        return session.SeedAsync(
            request => seen.Add((request.Piece, request.Begin)) && request.Piece % 7 == 0 ? ValueTask.CompletedTask : session.SendBlockAsync(request),
            hasFast ? null : default(ReservedBits));
    });

    [Theory]
    [InlineData(4 * 32 * KiB)]
    [InlineData((4 * 32 * KiB) + 1)]
    [InlineData((4 * 32 * KiB) - 1)]
    [InlineData((4 * 32 * KiB) + (16 * KiB))]
    [InlineData(1)]
    public async Task The_last_piece_comes_whatever_its_length(long length)
    {
        await using var swarm = new TestSwarm(new TestTorrent(length: length));
        SwarmMember leecher = swarm.AddLeecher(swarm.AddSeed().EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_with_nothing_that_we_lack_stays_connected()
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(BytesPerSecond: 256 * KiB);
        SwarmMember seed = swarm.AddSeed();
        ScriptedHost poor = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(HaveNoneMessage.Instance, UnchokeMessage.Instance);
            await session.UntilClosedAsync();
        });
        SwarmMember leecher = swarm.AddLeecher(poor.EndPoint, seed.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.PassAsync(5);
        (poor.Accepted, poor.Ended).Should().Be((1, 0));
        await swarm.EndAsync();
    }

    [Fact]
    public Task More_than_one_request_is_in_flight() => CompletesAloneAsync(session =>
    {
        // The host answers a request only when three later ones are waiting, except near the end of the download.
        var waiting = new Queue<RequestMessage>();
        int blocks = session.Data.Bytes.Length / (16 * KiB);
        return session.SeedAsync(async request =>
        {
            waiting.Enqueue(request);
            while (waiting.Count > 3 || (session.Requests >= blocks && waiting.Count > 0))
                await session.SendBlockAsync(waiting.Dequeue());
        });
    });

    [Fact]
    public async Task A_lone_peer_that_sent_a_bad_piece_is_blamed()
    {
        await using var swarm = new TestSwarm();
        ScriptedHost liar = swarm.AddHost(session => session.SeedAsync(request =>
            session.SendBytesAsync(request.Piece == 3 ? session.BadBlockOf(request) : session.BlockOf(request))));
        SwarmMember leecher = swarm.AddLeecher(liar.EndPoint);
        await swarm.UntilAsync(() => leecher.Banned.Any(), "it is banned");
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public Task A_handshake_in_two_parts_with_messages_glued_to_it_is_read() => CompletesAloneAsync(async session =>
    {
        byte[] front = ScriptedPeer.HandshakeBytes(session.Data.Metainfo.Swarms[0], session.Id);
        byte[] bitfield = ScriptedPeer.Encode(new BitfieldMessage(session.Data.BitfieldOf(_ => true)), UnchokeMessage.Instance);
        await session.SendBytesAsync(front.AsMemory(0, 30));
        await session.Delay(1);
        await session.SendBytesAsync((byte[])[.. front[30..], .. bitfield]);
        await session.Peer.ReadHandshakeAsync(session.Token);
        await session.ServeAsync();
    });

    [Fact]
    public async Task Two_hundred_peers_at_once_are_no_trouble()
    {
        await using var swarm = new TestSwarm();
        ScriptedHost[] hosts = [.. Enumerable.Range(0, 300).Select(_ => swarm.AddHost(session => session.SeedAsync()))];
        SwarmMember leecher = swarm.AddLeecher([.. hosts.Take(200).Select(host => host.EndPoint)]);
        foreach (ScriptedHost host in hosts.Skip(200))
            host.Dial(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(256 * KiB)]
    [InlineData(4 * 1024 * KiB)]
    public async Task A_torrent_many_times_larger_than_the_memory_for_pieces_stays_within_it(int pieceLength)
    {
        await using var swarm = new TestSwarm(new TestTorrent(length: 64 * TestTorrent.MiB, pieceLength: pieceLength));
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(20), 16 * TestTorrent.MiB);
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        TorrentOptions options = TestSwarm.LeecherOptions(seed.EndPoint);
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), options, pieceMemory: TestTorrent.MiB);
        long mostReserved = 0;
        int mostRented = 0;
        await swarm.UntilAsync(
            () =>
            {
                mostReserved = Math.Max(mostReserved, leecher.Client.MemoryBudget.Reserved);
                mostRented = Math.Max(mostRented, leecher.Client.BlockPool.Rented);
                return leecher.IsDone;
            },
            "it is done",
            step: TimeSpan.FromMilliseconds(5));
        await swarm.UntilDoneAsync(leecher);
        mostReserved.Should().BeInRange(1, TestTorrent.MiB);
        (mostRented * 16 * KiB).Should().BeLessThan(3 * TestTorrent.MiB, "what was asked for is bounded by what has room");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Trackers_hear_started_completed_and_stopped_and_never_a_negative_left()
    {
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", Encoding.ASCII.GetBytes("d8:intervali1800e5:peers0:e"));
        await using var swarm = new TestSwarm(new TestTorrent(length: 100_001));
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), WithTracker(tracker));
        await UntilHeardAsync(tracker, "event=started");
        tracker.Targets.Should().ContainSingle().Which.Should().Contain("left=100001").And.Contain("port=6881");
        await swarm.CompleteHonestlyAsync(leecher);
        await UntilHeardAsync(tracker, "event=completed");
        await swarm.StopAsync(leecher);
        await UntilHeardAsync(tracker, "event=stopped");
        tracker.Targets.Should().OnlyContain(target => !target.Contains("left=-"));
        tracker.Targets.Where(target => target.Contains("event=completed") || target.Contains("event=stopped"))
            .Should().OnlyContain(target => target.Contains("left=0"));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task No_port_is_announced_when_nobody_listens()
    {
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", Encoding.ASCII.GetBytes("d8:intervali1800e5:peers0:e"));
        await using var swarm = new TestSwarm();
        string address = swarm.NextAddress();
        int? named = -1;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendWholeAsync();
            await session.ServeAsync(onOther: frame =>
            {
                if (frame.Id == (byte)PeerMessageId.Extended)
                    named = ExtensionHandshake.Decode(frame.Payload.AsMemory(1)).Port;
                return ValueTask.CompletedTask;
            });
        });
        await using (swarm.Network.Host(address).Listen(null, ScriptedHost.Port, ScriptedHost.Port))
        {
            TorrentOptions options = WithTracker(tracker) with { Peers = [host.EndPoint] };
            SwarmMember leecher = swarm.Add(address, swarm.NextFolder(), options);
            leecher.Client.ListenPort.Should().Be(0);
            await UntilHeardAsync(tracker, "event=started");
            await swarm.UntilDoneAsync(leecher);
            await swarm.EndAsync();
        }

        tracker.Targets.Should().OnlyContain(target => target.Contains("port=0"));
        named.Should().BeNull();
    }

    private static TorrentOptions WithTracker(ScriptedHttpServer tracker) =>
        TestSwarm.LeecherOptions() with { ExtraTrackers = [tracker.Url("/announce").ToString()] };

    // Waits in real time, because sockets are used. The clock is not advanced.
    private static Task UntilHeardAsync(ScriptedHttpServer tracker, string what) => FakeTimeSteps.UntilAsync(
        () => tracker.Targets.Any(target => target.Contains(what, StringComparison.Ordinal)), TestContext.Current.CancellationToken);

    private static async Task CompletesAloneAsync(Func<ScriptedSession, Task> script)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost host = swarm.AddHost(script);
        SwarmMember leecher = swarm.AddLeecher(host.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        host.Accepted.Should().Be(1, "one connection did it all");
        await swarm.EndAsync();
    }
}
