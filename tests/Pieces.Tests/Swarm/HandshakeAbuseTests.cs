using System.Text;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class HandshakeAbuseTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static byte[] HandshakeOf(ScriptedSession session) => ScriptedPeer.HandshakeBytes(session.Data.Metainfo.Swarms[0], session.Id);

    [Fact]
    public Task A_silent_peer_is_dropped_whoever_dialled() => DropsAsync(session => session.UntilClosedAsync());

    [Fact]
    public Task A_handshake_of_a_byte_a_second_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        foreach (byte one in HandshakeOf(session))
        {
            await session.SendBytesAsync(new[] { one });
            await session.Delay(1);
        }

        await session.UntilClosedAsync();
    });

    [Fact]
    public Task Half_a_handshake_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.SendBytesAsync(HandshakeOf(session).AsMemory(0, 34));
        await session.UntilClosedAsync();
    });

    [Fact]
    public Task A_handshake_without_a_peer_id_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.SendBytesAsync(HandshakeOf(session).AsMemory(0, 48));
        await session.UntilClosedAsync();
    });

    [Fact]
    public Task Noise_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        byte[] noise = new byte[100_000];
        new Random(5).NextBytes(noise);
        await session.SendBytesAsync(noise);
        await session.UntilClosedAsync();
    });

    [Fact]
    public Task Another_protocol_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.SendBytesAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
        await session.UntilClosedAsync();
    });

    [Fact]
    public Task Another_info_hash_is_dropped_whoever_dialled() => DropsAsync(async session =>
    {
        await session.Peer.SendHandshakeAsync(SwarmKey.FromBytes(new byte[20]), session.Id, session.Token);
        await session.UntilClosedAsync();
    });

    [Fact]
    public async Task An_inbound_peer_for_an_unknown_info_hash_is_closed_without_an_answer()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        bool isClosed = false;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.Peer.SendHandshakeAsync(SwarmKey.FromBytes(new byte[20]), session.Id, session.Token);
            isClosed = await session.Peer.IsClosedAsync(session.Token);
        });
        host.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => host.Ended == 1, "it is closed", Soon);
        isClosed.Should().BeTrue("not one byte came before the end");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_client_that_is_told_of_itself_dials_itself_no_more_once_it_knows()
    {
        await using var swarm = new TestSwarm();
        string address = swarm.NextAddress();
        var self = new System.Net.IPEndPoint(System.Net.IPAddress.Parse(address), ScriptedHost.Port);
        SwarmMember leecher = swarm.Add(address, swarm.NextFolder(), TestSwarm.LeecherOptions(self));

        // On a busy machine the handshake may take longer than its time limit. The first connection then does not show that the address is its own.
        await swarm.PassAsync(120);
        int dials = swarm.Network.DialsTo(address);
        dials.Should().BeInRange(1, 2);
        await swarm.PassAsync(600);
        swarm.Network.DialsTo(address).Should().Be(dials);
        leecher.ConnectionsOf(address).Should().Be(0);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Two_peers_that_dial_each_other_keep_one_connection()
    {
        await using var swarm = new TestSwarm();
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(50), 256 * 1024);
        string[] addresses = [swarm.NextAddress(), swarm.NextAddress()];
        var ends = addresses.Select(address => new System.Net.IPEndPoint(System.Net.IPAddress.Parse(address), ScriptedHost.Port)).ToArray();
        SwarmMember seed = swarm.AddSeed(addresses[0], ends[1]);
        SwarmMember leecher = swarm.Add(addresses[1], swarm.NextFolder(), TestSwarm.LeecherOptions(ends[0]));
        await swarm.UntilAsync(() => leecher.Notices.Of<PieceNotice>().Any(), "data flows");
        await swarm.PassAsync(3);
        swarm.Network.OpenConnectionsOf(leecher.Address).Should().Be(1);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_hundred_silent_strangers_keep_no_honest_peer_out()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        ScriptedHost host = swarm.AddHost(session => session.UntilClosedAsync());
        for (int i = 0; i < 100; i++)
            host.Dial(seed.EndPoint);
        await swarm.PassAsync(1);
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromMinutes(2));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Strangers_who_dial_us_and_give_nothing_leave_room_for_those_whom_we_dial()
    {
        await using var swarm = new TestSwarm();
        var known = new System.Net.IPEndPoint(System.Net.IPAddress.Parse(swarm.NextAddress()), ScriptedHost.Port);
        SwarmMember leecher = swarm.AddLeecher(known);
        await swarm.ReadyAsync(leecher);
        DialAndStayIdle(swarm, leecher, 120);
        await swarm.PassAsync(5);
        swarm.AddSeed(known.Address.ToString());
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Strangers_who_give_nothing_make_room_for_a_seed_that_dials_us()
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        DialAndStayIdle(swarm, leecher, 120);
        await swarm.PassAsync(5);
        swarm.AddSeed(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromMinutes(10));
        await swarm.EndAsync();
    }

    private static void DialAndStayIdle(TestSwarm swarm, SwarmMember target, int strangers)
    {
        for (int i = 0; i < strangers; i++)
        {
            swarm.AddHost(async session =>
            {
                await session.HandshakeAsync();
                await session.SendAsync(HaveNoneMessage.Instance);
                while (true)
                {
                    await session.Delay(60);
                    await session.SendBytesAsync(new byte[4]);
                }
            }).Dial(target.EndPoint);
        }
    }

    // Checks that the leecher closes both connections of the host in time: the one that the host dials and the one that the leecher dials. Then the
    // leecher downloads from an honest peer.
    private static async Task DropsAsync(Func<ScriptedSession, Task> abuse)
    {
        await using var swarm = new TestSwarm();
        bool isDroppedAsDialled = false, isDroppedAsDialler = false;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            try
            {
                await abuse(session);
            }
            finally
            {
                if (session.IsDialling)
                    Volatile.Write(ref isDroppedAsDialler, true);
                else
                    Volatile.Write(ref isDroppedAsDialled, true);
            }
        });
        SwarmMember leecher = swarm.AddLeecher(host.EndPoint);
        await swarm.ReadyAsync(leecher);

        // The clock is not advanced between the start of a connection and the start of the handshake's timer. So the time limit is exact even on a
        // busy machine.
        await swarm.UntilAsync(() => swarm.Time.TimersOf(PeerHandshaker.TimeLimit) >= 1, "the leecher dials");
        host.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => swarm.Time.TimersOf(PeerHandshaker.TimeLimit) >= 2, "the leecher answers", limit: TimeSpan.Zero);
        await swarm.UntilAsync(() => Volatile.Read(ref isDroppedAsDialled) && Volatile.Read(ref isDroppedAsDialler), "both are dropped", Soon);
        leecher.ConnectionsOf(host.Address).Should().Be(0, "the handshake was never done");
        leecher.Now.Phase.Should().Be(TorrentPhase.Downloading);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }
}
