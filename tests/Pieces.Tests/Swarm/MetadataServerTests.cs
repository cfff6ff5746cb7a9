using System.Text;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>How a client serves metadata to honest and malicious peers.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class MetadataServerTests
{
    [Fact]
    public async Task Every_part_is_served_and_what_is_beyond_is_rejected()
    {
        await using var swarm = new TestSwarm(Large());
        var answers = new List<MetadataMessage>();
        ExtensionHandshake? hello = null;
        SwarmMember seed = await DialAsync(swarm, async session =>
        {
            await GreetAsync(session);
            for (int part = 0; part <= 3; part++)
                await session.SendMetadataAsync(new MetadataRequest(part));
            await ReadAsync(session, value => hello ??= value, answers);
        });
        await swarm.UntilAsync(() => answers.Count == 4, "all is answered");
        byte[] info = swarm.Data.Metainfo.InfoBytes.ToArray();
        hello!.MetadataSize.Should().Be(info.Length);
        answers.Take(3).Cast<MetadataData>().SelectMany(data => data.Bytes.ToArray()).Should().Equal(info);
        answers[3].Should().Be(new MetadataReject(3));
        seed.Now.Uploaded.Should().Be(0, "metadata is no payload");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_private_torrents_metadata_is_neither_offered_nor_served()
    {
        var answers = new List<MetadataMessage>();
        ExtensionHandshake? hello = null;
        await using var swarm = new TestSwarm(new TestTorrent().AsPrivate());
        await DialAsync(swarm, async session =>
        {
            await GreetAsync(session);
            await session.SendMetadataAsync(new MetadataRequest(0));
            await ReadAsync(session, value => hello ??= value, answers);
        });
        await swarm.UntilAsync(() => answers.Count == 1, "it is answered");
        answers.Should().Equal(new MetadataReject(0));
        hello!.MetadataSize.Should().BeNull();
        hello.Extensions.Should().NotContainKey(MetadataCodec.ExtensionName);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_asks_without_end_gets_what_the_bound_allows_and_the_rest_later_or_never()
    {
        await using var swarm = new TestSwarm(Large());
        long served = 0, rejected = 0;
        long begin = swarm.Time.GetTimestamp();
        SwarmMember seed = await DialAsync(swarm, async session =>
        {
            await GreetAsync(session);
            byte[] requests = ScriptedPeer.Encode([.. Enumerable.Range(0, 2000).Select(i => RequestOf(i % 2))]);
            Task reading = ReadAsync(session, _ => { }, message =>
            {
                if (message is MetadataData data)
                    Interlocked.Add(ref served, data.Bytes.Length);
                else
                    Interlocked.Increment(ref rejected);
            });
            await session.SendBytesAsync(requests);
            await reading;
        });
        await swarm.UntilAsync(() => Interlocked.Read(ref rejected) > 1000, "too many are rejected");
        long atOnce = Interlocked.Read(ref served);
        await swarm.UntilAsync(() => Interlocked.Read(ref served) >= atOnce + (20 * MetadataServer.PeerRate), "the rest comes by and by");

        // The time is that of the swarm's clock, which may advance further while a busy machine does no work for the swarm.
        double passed = swarm.Time.GetElapsedTime(begin).TotalSeconds;
        Interlocked.Read(ref served).Should().BeInRange(40_000, (512 * 1024) + (long)(passed * MetadataServer.PeerRate));
        seed.Now.ConnectedPeers.Should().Be(1);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_asks_and_never_reads_costs_little_and_harms_nobody()
    {
        await using var swarm = new TestSwarm(Large());
        SwarmMember seed = await DialAsync(swarm, async session =>
        {
            await GreetAsync(session);
            for (int i = 0; i < 200; i++)
                await session.SendAsync(RequestOf(i % 3));
            await session.Delay(30);
        });
        await swarm.UntilAsync(() => seed.Now.ConnectedPeers == 1, "it is there");
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(seed.EndPoint));
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(20));
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("i1e")]
    [InlineData("d8:msg_typei0ee")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei2147483648eex")]
    public async Task What_is_no_message_of_the_exchange_closes_the_connection(string payload)
    {
        await using var swarm = new TestSwarm();
        bool isClosed = false;
        await DialAsync(swarm, async session =>
        {
            await GreetAsync(session);
            await session.SendAsync(new ExtendedMessage(ScriptedMetadata.OurId, Encoding.ASCII.GetBytes(payload)));
            await session.UntilClosedAsync();
            isClosed = true;
        });
        await swarm.UntilAsync(() => isClosed, "the connection is closed");
        await swarm.EndAsync();
    }

    // A torrent whose metadata has three parts.
    private static TestTorrent Large() => new(length: 2 * TestTorrent.MiB, pieceLength: TestTorrent.KiB);

    private static ExtendedMessage RequestOf(int part) => new(ScriptedMetadata.OurId, MetadataCodec.Encode(new MetadataRequest(part)));

    private static async Task<SwarmMember> DialAsync(TestSwarm swarm, Func<ScriptedSession, Task> script)
    {
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        swarm.AddHost(script).Dial(seed.EndPoint);
        return seed;
    }

    private static async Task GreetAsync(ScriptedSession session)
    {
        await session.HandshakeAsync();
        string hello = $"d1:md11:ut_metadatai{ScriptedMetadata.TheirId}eee";
        await session.SendFrameAsync((byte)PeerMessageId.Extended, [0, .. Encoding.ASCII.GetBytes(hello)]);
    }

    private static Task ReadAsync(ScriptedSession session, Action<ExtensionHandshake> onHello, List<MetadataMessage> answers) =>
        ReadAsync(session, onHello, answers.Add);

    private static async Task ReadAsync(ScriptedSession session, Action<ExtensionHandshake> onHello, Action<MetadataMessage> onAnswer)
    {
        while (await session.Peer.ReadFrameAsync(session.Token) is { } frame)
        {
            if (frame is { Id: (byte)PeerMessageId.Extended, Payload: [0, ..] })
                onHello(ExtensionHandshake.Decode(frame.Payload.AsMemory(1)));
            else if (frame is { Id: (byte)PeerMessageId.Extended, Payload: [ScriptedMetadata.TheirId, ..] })
                onAnswer(MetadataCodec.Decode(frame.Payload.AsMemory(1))!);
        }
    }
}
