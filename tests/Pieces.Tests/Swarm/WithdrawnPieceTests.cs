using System.Collections.Concurrent;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Pieces that their owner no longer has (BEP 54).</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class WithdrawnPieceTests
{
    // Under which a scripted host takes our messages.
    private const byte TheirId = 77;

    // Under which we say that we take theirs.
    private const byte OurId = 4;

    [Fact]
    public async Task A_piece_that_a_peer_withdraws_is_not_requested_there_and_comes_from_another()
    {
        await using var swarm = new TestSwarm();
        var asked = new ConcurrentDictionary<uint, bool>();
        var offered = new ConcurrentQueue<byte>();
        ScriptedHost fickle = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(new ExtendedMessage(0, new ExtensionHandshake().Encode()));
            await session.SendWholeAsync();
            await session.SendFrameAsync((byte)PeerMessageId.Extended, [OurId, .. DontHaveCodec.Encode(2)]);
            await session.ServeAsync(
                async request =>
                {
                    asked[request.Piece] = true;
                    await session.SendBlockAsync(request);
                },
                onOther: frame =>
                {
                    if (frame is { Id: (byte)PeerMessageId.Extended, Payload: [0, ..] } &&
                        ExtensionHandshake.Decode(frame.Payload.AsMemory(1)).Extensions.TryGetValue(DontHaveCodec.ExtensionName, out byte id))
                    {
                        offered.Enqueue(id);
                    }

                    return ValueTask.CompletedTask;
                });
        });
        SwarmMember leecher = swarm.AddLeecher(fickle.EndPoint);
        int all = swarm.Data.Metainfo.Layout.PieceCount;
        await swarm.UntilAsync(() => leecher.Now.PiecesHave == all - 1, "all others are here");
        await swarm.PassAsync(30);
        asked.Keys.Should().NotContain(2).And.HaveCount(all - 1);
        offered.Should().NotBeEmpty().And.OnlyContain(id => id == OurId);
        (leecher.Now.ConnectedPeers, leecher.Now.ConnectedSeeds).Should().Be((1, 0));
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 }, "has 3 bytes, not 4")]
    [InlineData(new byte[] { 0, 0, 0, 1, 0 }, "has 5 bytes, not 4")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, "no longer has piece 4294967295")]
    public async Task Who_withdraws_what_cannot_be_is_closed(byte[] payload, string reason)
    {
        await using var swarm = new TestSwarm();
        ScriptedHost liar = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendWholeAsync();
            await session.SendFrameAsync((byte)PeerMessageId.Extended, [OurId, .. payload]);
            await session.UntilClosedAsync();
        });
        SwarmMember leecher = swarm.AddLeecher(liar.EndPoint);
        await swarm.UntilAsync(
            () => leecher.Notices.Of<PeerNotice>().Any(notice => notice.Change == PeerChange.Closed), "it is closed");
        leecher.Notices.Of<PeerNotice>().Last(notice => notice.Change == PeerChange.Closed).Reason.Should().Contain(reason);
        await swarm.EndAsync();
    }
}
