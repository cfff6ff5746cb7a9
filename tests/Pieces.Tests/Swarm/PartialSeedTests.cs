using System.Collections.Concurrent;
using Pieces.Peers;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Downloads of selected files, as other peers observe them (BEP 21).</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class PartialSeedTests
{
    private const int KiB = TestTorrent.KiB;

    // The torrent has seven pieces. The fourth contains bytes of both files.
    private static TestTorrent TwoFiles() => TestTorrent.OfNames("top", 32 * KiB, ("wanted", 100 * KiB), ("other", 100 * KiB));

    [Fact]
    public async Task Who_has_what_it_selected_says_upload_only_is_not_interested_and_asked_for_nothing_else()
    {
        await using var swarm = new TestSwarm(TwoFiles());
        var hellos = new ConcurrentQueue<ExtensionHandshake>();
        var interest = new ConcurrentQueue<PeerMessageId>();
        var asked = new ConcurrentDictionary<uint, bool>();
        ScriptedHost other = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(new BitfieldMessage(session.Data.BitfieldOf(piece => piece < 6)));
            await session.ServeAsync(
                async request =>
                {
                    asked[request.Piece] = true;
                    await session.SendBlockAsync(request);
                },
                async () =>
                {
                    interest.Enqueue(PeerMessageId.Interested);
                    await session.SendAsync(UnchokeMessage.Instance);
                },
                frame =>
                {
                    if (frame is { Id: (byte)PeerMessageId.Extended, Payload: [ExtensionRegistry.HandshakeId, ..] })
                        hellos.Enqueue(ExtensionHandshake.Decode(frame.Payload.AsMemory(1)));
                    if (frame.Id == (byte)PeerMessageId.NotInterested)
                        interest.Enqueue(PeerMessageId.NotInterested);
                    return ValueTask.CompletedTask;
                });
        });
        SwarmMember leecher = AddSelecting(swarm, 0, other.EndPoint);
        await swarm.UntilAsync(() => leecher.IsDone && hellos.Count == 2 && interest.Count == 2, "the file is there, and that is said");
        await swarm.PassAsync(11);
        leecher.Now.ConnectedPeers.Should().Be(1, "who lacks something may yet want what we have");
        asked.Keys.Should().BeEquivalentTo([0u, 1u, 2u, 3u], "no piece but those with a byte of the file");
        hellos.Select(hello => hello.IsUploadOnly).Should().Equal(false, true);
        hellos.Last().Extensions.Should().BeEquivalentTo(hellos.First().Extensions, "what is not said again might be taken as gone");
        interest.Should().Equal(PeerMessageId.Interested, PeerMessageId.NotInterested);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_new_peer_hears_of_a_partial_seed_in_the_first_greeting()
    {
        await using var swarm = new TestSwarm(TwoFiles());
        SwarmMember seed = swarm.AddSeed();
        SwarmMember partial = AddSelecting(swarm, 0, seed.EndPoint);
        await swarm.UntilAsync(() => partial.IsDone, "the file is there");
        var hellos = new ConcurrentQueue<ExtensionHandshake>();
        ScriptedHost late = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.ServeAsync(onOther: frame =>
            {
                if (frame is { Id: (byte)PeerMessageId.Extended, Payload: [ExtensionRegistry.HandshakeId, ..] })
                    hellos.Enqueue(ExtensionHandshake.Decode(frame.Payload.AsMemory(1)));
                return ValueTask.CompletedTask;
            });
        });
        late.Dial(partial.EndPoint);
        await swarm.UntilAsync(() => !hellos.IsEmpty, "it greets");
        hellos.Single().IsUploadOnly.Should().BeTrue();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Two_who_want_nothing_more_part_though_neither_has_everything()
    {
        await using var swarm = new TestSwarm(TwoFiles());
        SwarmMember seed = swarm.AddSeed();
        SwarmMember a = AddSelecting(swarm, 0, seed.EndPoint), b = AddSelecting(swarm, 1, seed.EndPoint);
        await swarm.UntilAsync(() => a.IsDone && b.IsDone, "each has its file");
        await swarm.StopAsync(seed);
        SwarmMember c = AddSelecting(swarm, 0, a.EndPoint, b.EndPoint);
        await swarm.UntilAsync(() => c.IsDone, "it gets its file from the one, and the piece that is common from either");
        await swarm.UntilAsync(() => c.Now.ConnectedPeers == 0, "nobody wants anything any more", TimeSpan.FromSeconds(20));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_partial_seed_serves_who_wants_what_it_has()
    {
        await using var swarm = new TestSwarm(TwoFiles());
        SwarmMember seed = swarm.AddSeed();
        SwarmMember a = AddSelecting(swarm, 0, seed.EndPoint), b = AddSelecting(swarm, 1, seed.EndPoint);
        await swarm.UntilAsync(() => a.IsDone && b.IsDone, "each has its file");
        await swarm.StopAsync(seed);
        SwarmMember all = swarm.AddLeecher(a.EndPoint, b.EndPoint);
        await swarm.UntilDoneAsync(all);
        await swarm.UntilAsync(() => a.Now.Uploaded + b.Now.Uploaded >= 200 * KiB, "they have given all of it");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_says_upload_only_and_is_interested_all_the_same_stays()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(
                InterestedMessage.Instance,
                new ExtendedMessage(ExtensionRegistry.HandshakeId, new ExtensionHandshake { IsUploadOnly = session.IsDialling }.Encode()));
            await session.ServeAsync();
        });
        host.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => seed.Now.ConnectedPeers == 1, "it is there");
        await swarm.PassAsync(15);
        seed.Now.ConnectedPeers.Should().Be(1);
        await swarm.EndAsync();
    }

    private static SwarmMember AddSelecting(TestSwarm swarm, int file, params System.Net.IPEndPoint[] peers) =>
        swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(peers) with { SelectedFiles = [file] });
}
