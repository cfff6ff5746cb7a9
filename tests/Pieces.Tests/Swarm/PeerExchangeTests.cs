using System.Net;
using System.Text;
using Pieces.Discovery;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class PeerExchangeTests
{
    private const int Others = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_leecher_told_of_one_peer_finds_the_other_ten()
    {
        await using var swarm = new TestSwarm { ExchangesPeers = true };
        SwarmMember hub = swarm.AddLeecher();
        await swarm.ReadyAsync(hub);
        List<SwarmMember> others = [hub];
        while (others.Count < Others)
            others.Add(swarm.AddLeecher(hub.EndPoint));
        await swarm.UntilAsync(() => hub.Now.ConnectedPeers == Others - 1, "the hub knows all");
        SwarmMember late = swarm.AddLeecher(hub.EndPoint);
        await swarm.UntilAsync(() => late.Now.ConnectedPeers == Others, "it is connected to everybody", Limit);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Those_who_were_there_hear_of_a_newcomer()
    {
        await using var swarm = new TestSwarm { ExchangesPeers = true };
        SwarmMember hub = swarm.AddLeecher();
        await swarm.ReadyAsync(hub);
        SwarmMember early = swarm.AddLeecher(hub.EndPoint);
        await swarm.PassAsync(10);
        SwarmMember late = swarm.Add(
            swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(hub.EndPoint) with { UsePeerExchange = false });
        await swarm.UntilAsync(() => early.Now.ConnectedPeers == 2 && late.Now.ConnectedPeers == 2, "they find each other", Limit);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Peers_of_a_private_torrent_are_never_told_of_one_another()
    {
        TestTorrent data = new TestTorrent().AsPrivate();
        data.Metainfo.IsPrivate.Should().BeTrue();
        await using var swarm = new TestSwarm(data) { ExchangesPeers = true };
        SwarmMember hub = swarm.AddLeecher();
        await swarm.ReadyAsync(hub);
        SwarmMember[] members = [swarm.AddLeecher(hub.EndPoint), swarm.AddLeecher(hub.EndPoint)];
        var frames = new List<RawFrame>();
        ScriptedHost asker = swarm.AddHost(session => AskAsync(session, frames));
        asker.Dial(hub.EndPoint);
        await swarm.PassAsync(300);
        members.Should().OnlyContain(member => member.Now.ConnectedPeers == 1 && member.Now.KnownPeers == 1);
        Hello(frames).Extensions.Should().NotContainKey(PeerExchangeCodec.ExtensionName);
        frames.Should().NotContain(frame => frame.Id == (byte)PeerMessageId.Extended && frame.Payload[0] != 0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Only_addresses_that_make_sense_there_are_believed_and_no_more_than_fifty_a_message()
    {
        await using var swarm = new TestSwarm { ExchangesPeers = true };
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        ScriptedHost liar = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(HaveNoneMessage.Instance);
            await session.SendFrameAsync((byte)PeerMessageId.Extended, [0, .. "d1:md6:ut_pexi1eee"u8]);
            IPEndPoint[] bad = [.. Parse("224.0.0.1:7000", "0.0.0.0:7000", "8.8.8.8:0", "255.255.255.255:7", "127.0.0.1:7000", "192.168.0.1:80")];
            await session.SendFrameAsync((byte)PeerMessageId.Extended, [PeerExchange.Id, .. Telling(bad)]);
            await session.Delay(40);
            IPEndPoint[] many = [.. Enumerable.Range(0, 200).Select(i => new IPEndPoint(IPAddress.Parse($"8.8.{i}.1"), 7000))];
            await session.SendFrameAsync((byte)PeerMessageId.Extended, [PeerExchange.Id, .. Packed(many)]);
            await session.UntilClosedAsync();
        }, "99.0.0.1");
        liar.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.ConnectionsOf(liar.Address) == 1, "the liar is here");
        await swarm.PassAsync(20);
        leecher.Now.KnownPeers.Should().Be(0, "a stranger from outside may name neither nonsense nor our own network");
        await swarm.UntilAsync(() => leecher.Now.KnownPeers > 0, "the second message is heard");
        leecher.Now.KnownPeers.Should().BeLessThanOrEqualTo(PeerExchangeCodec.MaxPeers);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Who_tells_all_the_time_is_not_listened_to_and_in_the_end_cut_off()
    {
        await using var swarm = new TestSwarm { ExchangesPeers = true };
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        ScriptedHost teller = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(HaveNoneMessage.Instance);
            await session.SendFrameAsync((byte)PeerMessageId.Extended, [0, .. "d1:md6:ut_pexi1eee"u8]);
            for (int i = 1; i < 100; i++)
            {
                await session.SendFrameAsync((byte)PeerMessageId.Extended, [PeerExchange.Id, .. Telling(Parse($"8.8.8.{i}:7000"))]);
                await session.Delay(1);
            }

            await session.UntilClosedAsync();
        });
        teller.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.ClosedOf(teller.Address) == 1, "it is cut off");
        leecher.Now.KnownPeers.Should().Be(1);
        await swarm.EndAsync();
    }

    private static async Task AskAsync(ScriptedSession session, List<RawFrame> frames)
    {
        await session.HandshakeAsync();
        await session.SendAsync(HaveNoneMessage.Instance);
        await session.SendFrameAsync((byte)PeerMessageId.Extended, [0, .. "d1:md6:ut_pexi1eee"u8]);
        while (await session.Peer.ReadFrameAsync(session.Token) is { } frame)
            frames.Add(frame);
    }

    private static ExtensionHandshake Hello(List<RawFrame> frames) =>
        ExtensionHandshake.Decode(frames.First(frame => frame.Id == (byte)PeerMessageId.Extended && frame.Payload[0] == 0).Payload.AsMemory(1));

    private static IEnumerable<IPEndPoint> Parse(params string[] addresses) => addresses.Select(IPEndPoint.Parse);

    private static byte[] Telling(IEnumerable<IPEndPoint> peers) => PeerExchangeCodec.Encode(
        new PeerExchangeMessage { Added = [.. peers.Select(peer => new ExchangedPeer(peer, ExchangedPeerFlags.None))] });

    private static byte[] Packed(IPEndPoint[] peers) =>
        [.. Encoding.ASCII.GetBytes($"d5:added{peers.Length * 6}:"), .. peers.SelectMany(Compact), .. "e"u8];

    private static byte[] Compact(IPEndPoint peer) => [.. peer.Address.GetAddressBytes(), (byte)(peer.Port >> 8), (byte)peer.Port];
}
