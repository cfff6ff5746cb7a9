using System.Text;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Torrents.Lifecycle;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Messages and behaviour of peers while the metadata of a torrent is not known yet.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class MagnetAbuseTests
{
    [Theory]
    [InlineData("a bitfield that is too long")]
    [InlineData("a piece that is not there")]
    public async Task What_a_peer_said_early_is_judged_once_the_torrent_is_known(string what)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost liar = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            PeerMessage early = what.Contains("bitfield", StringComparison.Ordinal) ? new BitfieldMessage(new byte[1000]) : new HaveMessage(1 << 23);
            await session.SendAsync(early);
            await HelloAsync(session, session.Data.Metainfo.InfoBytes.Length);
            await session.ServeMetadataAsync(part => session.SendMetadataAsync(session.PartOf(part)));
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(liar.EndPoint));
        await swarm.UntilAsync(() => leecher.ClosedOf(liar.Address) > 0, "it is closed");
        leecher.Torrent.Metadata.IsCompletedSuccessfully.Should().BeTrue("its metadata was right");
        leecher.Notices.Of<PeerNotice>().Last().Reason.Should().ContainAny("bitfield of 1000 bytes", "announced piece 8388608");
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_shows_its_pieces_one_by_one_is_understood()
    {
        await using var swarm = new TestSwarm();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync([.. Enumerable.Range(0, session.Data.PieceCount).Select(i => (PeerMessage)new HaveMessage((uint)i))]);
            await session.SendAsync(UnchokeMessage.Instance);
            await HelloAsync(session, session.Data.Metainfo.InfoBytes.Length);
            await session.ServeMetadataAsync(part => session.SendMetadataAsync(session.PartOf(part)));
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(host.EndPoint));
        await swarm.UntilDoneAsync(leecher);
        leecher.ConnectionsOf(host.Address).Should().Be(1);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_peer_that_said_too_much_to_be_remembered_is_dialled_anew()
    {
        await using var swarm = new TestSwarm();
        int visits = 0;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            bool isFirst = Interlocked.Increment(ref visits) == 1;
            await session.HandshakeAsync();
            if (isFirst)
                await session.SendAsync([.. Haves(PreMetadataMessages.MaxHaves + 1)]);
            else
                await session.SendWholeAsync();
            await HelloAsync(session, session.Data.Metainfo.InfoBytes.Length);
            await session.ServeMetadataAsync(part => session.SendMetadataAsync(session.PartOf(part)));
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(host.EndPoint));
        await swarm.UntilDoneAsync(leecher);
        leecher.ConnectionsOf(host.Address).Should().Be(2);
        leecher.Now.BannedPeers.Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Of_bitfields_that_come_early_one_too_many_is_not_remembered()
    {
        const int Length = 2 * TestTorrent.MiB;
        await using var swarm = new TestSwarm();
        using var turn = new SemaphoreSlim(1);
        int sent = 0;
        ScriptedHost[] hosts = [.. Enumerable.Range(0, (int)(EarlyPeers.MaxBitfieldBytes / Length) + 1).Select(_ => swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();

            // One after another: the memory for messages that are not complete has a limit of its own.
            await turn.WaitAsync();
            await session.SendAsync(new BitfieldMessage(new byte[Length]));
            turn.Release();
            Interlocked.Increment(ref sent);
            await session.UntilClosedAsync();
        }))];
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo([.. hosts.Select(host => host.EndPoint)]));
        await swarm.UntilAsync(() => Volatile.Read(ref sent) == hosts.Length, "all have shown a bitfield");
        await swarm.PassAsync(5);
        await swarm.CompleteHonestlyAsync(leecher);
        leecher.Notices.Of<PeerNotice>().Count(notice => notice.Reason.StartsWith("sent too much before", StringComparison.Ordinal))
            .Should().Be(1);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData("requests")]
    [InlineData("blocks")]
    [InlineData("statements")]
    [InlineData("parts")]
    public async Task A_peer_that_sends_what_makes_no_sense_yet_is_closed(string what)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.GreetAsync(null);
            for (int i = 0; i < 20; i++)
            {
                await (what switch
                {
                    "requests" => session.SendAsync(new RequestMessage(0, 0, 16384)),
                    "blocks" => session.SendBytesAsync(ScriptedPeer.BlockBytes(0, 0, new byte[16384])),
                    "statements" => session.SendWholeAsync(),
                    _ => session.SendMetadataAsync(session.PartOf(0)),
                });
            }

            await session.UntilClosedAsync();
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(host.EndPoint));
        await swarm.UntilAsync(() => leecher.ClosedOf(host.Address) > 0, "it is closed");
        leecher.Notices.Of<PeerNotice>().Last().Reason.Should().Contain("minor protocol violations");
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData("not bencode")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei2147483648eex")]
    public async Task A_peer_that_breaks_the_exchange_is_closed_and_another_helps(string payload)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.GreetAsync(session.Data.Metainfo.InfoBytes.Length);
            await session.SendAsync(new ExtendedMessage(ScriptedMetadata.OurId, Encoding.ASCII.GetBytes(payload)));
            await session.UntilClosedAsync();
        });
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo(host.EndPoint));
        await swarm.UntilAsync(() => leecher.ClosedOf(host.Address) > 0, "it is closed");
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    private static ValueTask HelloAsync(ScriptedSession session, int size)
    {
        string hello = $"d1:md11:ut_metadatai{ScriptedMetadata.TheirId}ee13:metadata_sizei{size}ee";
        return session.SendFrameAsync((byte)PeerMessageId.Extended, [0, .. Encoding.ASCII.GetBytes(hello)]);
    }

    private static IEnumerable<PeerMessage> Haves(int count) => Enumerable.Range(0, count).Select(i => new HaveMessage((uint)(i % 10)));
}
