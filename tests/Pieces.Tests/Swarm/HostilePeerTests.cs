using System.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Malicious peers that obey the protocol: they occupy ids, slots and memory that other peers need.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class HostilePeerTests
{
    [Fact]
    public async Task An_id_that_a_stranger_has_squatted_keeps_its_owner_out_neither_as_dialler_nor_as_dialled()
    {
        await using var swarm = new TestSwarm();
        PeerId stolen = PeerId.Create(new Random(77));
        ScriptedHost owner = swarm.AddHost(session => session.SeedAsync(), "99.0.0.2", stolen);
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        for (int i = 0; i < 4; i++)
            swarm.AddHost(StayIdleAsync, $"98.0.0.{i + 1}", stolen).Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Now.ConnectedPeers == 4, "the id is squatted");
        owner.Dial(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(30));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_squatter_at_the_address_of_the_owner_gives_way_within_a_minute_and_a_half()
    {
        await using var swarm = new TestSwarm();
        PeerId stolen = PeerId.Create(new Random(77));
        const string Shared = "99.0.0.2";
        SwarmMember leecher = swarm.AddLeecher(new IPEndPoint(IPAddress.Parse(Shared), ScriptedHost.Port));
        await swarm.ReadyAsync(leecher);
        ScriptedHost owner = swarm.AddHost(session => session.IsDialling ? StayIdleAsync(session) : session.SeedAsync(), Shared, stolen);
        owner.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Now.ConnectedPeers == 1, "the id is squatted");
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(90));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Idle_peers_that_took_one_block_each_make_room_for_an_honest_leecher()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        for (int i = 0; i < 90; i++)
            swarm.AddHost(TakeOneBlockAsync, $"98.0.{i}.1").Dial(seed.EndPoint);
        await swarm.UntilAsync(() => seed.Now.ConnectedPeers >= 75, "no more strangers are accepted", TimeSpan.FromMinutes(10));
        await swarm.PassAsync(PeerPool.WaitingSeconds + (2 * RecentExchange.StepSeconds));
        SwarmMember leecher = swarm.Add("99.0.0.1", swarm.NextFolder(), TestSwarm.LeecherOptions(seed.EndPoint));
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(60));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Many_addresses_of_one_IPv6_network_count_as_one_host()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed("2001:db8:1::1");
        await swarm.ReadyAsync(seed);
        for (int i = 0; i < 200; i++)
        {
            swarm.AddHost(session => session.UntilClosedAsync(), $"2001:db8:2::{i + 1:x}").Dial(seed.EndPoint);
            if (i % 20 == 0)
                await swarm.PassAsync(0.05);
        }

        SwarmMember leecher = swarm.Add("2001:db8:3::1", swarm.NextFolder(), TestSwarm.LeecherOptions(seed.EndPoint));
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(5));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Silent_handshakes_from_many_networks_give_way_within_seconds()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed("99.0.0.1");
        await swarm.ReadyAsync(seed);
        for (int i = 0; i < HandshakeRoom.MaxHandshakes; i++)
            swarm.AddHost(session => session.UntilClosedAsync(), $"98.0.{i}.1").Dial(seed.EndPoint);
        await swarm.PassAsync(1);
        SwarmMember leecher = swarm.Add("99.0.0.2", swarm.NextFolder(), TestSwarm.LeecherOptions(seed.EndPoint));
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(12));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Ten_torrents_whose_peers_never_end_their_messages_hold_bounded_memory()
    {
        await using var swarm = new TestSwarm();
        SwarmMember first = swarm.AddLeecher();
        List<TestTorrent> all = [swarm.Data];
        for (int i = 1; i < 10; i++)
        {
            var data = new TestTorrent(length: TestTorrent.MiB + (i * 32 * TestTorrent.KiB));
            all.Add(data);
            await swarm.ReadyAsync(swarm.AddTo(first, data, swarm.NextFolder(), TestSwarm.LeecherOptions()));
        }

        await swarm.ReadyAsync(first);
        byte[] front = ScriptedSession.FrameOf((byte)PeerMessageId.Extended, new byte[ExtensionHandshake.MaxLength]);
        int sent = 0, begun = 0;
        long most = 0;
        for (int i = 0; i < 750; i++)
        {
            TestTorrent data = all[i % all.Count];
            swarm.AddHost(async session =>
            {
                await session.Peer.SendHandshakeAsync(data.Metainfo.Swarms[0], session.Id, session.Token);
                Interlocked.Increment(ref begun);
                await session.Peer.ReadHandshakeAsync(session.Token);
                await session.SendBytesAsync(front.AsMemory(0, front.Length - 1000));
                Interlocked.Increment(ref sent);
                await session.UntilClosedAsync();
            }, $"98.{i / 200}.{i % 200}.1").Dial(first.EndPoint);
            int dialled = i + 1;
            if (dialled % 25 == 0)
                await swarm.UntilAsync(() => Volatile.Read(ref begun) == dialled, "they are taken");
            most = Math.Max(most, first.Client.Services.Unfinished.Held);
        }

        Volatile.Read(ref sent).Should().BeGreaterThan(400);
        await swarm.PassAsync(10);
        most = Math.Max(most, first.Client.Services.Unfinished.Held);
        most.Should().BeInRange(1024 * 1024, UnfinishedMessages.DefaultCapacity);
        first.Client.Services.Connections.Used.Should().BeLessThanOrEqualTo(500);
        await swarm.PassAsync(PeerWatch.MessageLimit.TotalSeconds + (2 * PeerWatch.Interval.TotalSeconds));
        first.Client.Services.Unfinished.Held.Should().Be(0, "nobody has so much time for a message");
        await swarm.CompleteHonestlyAsync(first);
        await swarm.EndAsync();
    }

    private static async Task StayIdleAsync(ScriptedSession session)
    {
        await session.HandshakeAsync();
        await session.SendAsync(HaveNoneMessage.Instance);
        while (true)
        {
            await session.Delay(60);
            await session.SendBytesAsync(new byte[4]);
        }
    }

    // Runs a peer that stays interested forever, but requests only one block, as soon as it is unchoked.
    private static async Task TakeOneBlockAsync(ScriptedSession session)
    {
        await session.HandshakeAsync();
        await session.SendAsync(HaveNoneMessage.Instance, InterestedMessage.Instance);
        bool hasAsked = false;
        Task reading = session.ServeAsync(onOther: async frame =>
        {
            if (frame.Id != (byte)PeerMessageId.Unchoke || hasAsked)
                return;
            hasAsked = true;
            await session.SendAsync(new RequestMessage(0, 0, 16_384));
        });
        while (!reading.IsCompleted)
        {
            await session.Delay(60);
            await session.SendBytesAsync(new byte[4]);
        }

        await reading;
    }
}
