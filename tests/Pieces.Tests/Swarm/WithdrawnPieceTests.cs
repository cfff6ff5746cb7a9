using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Pieces that their owner no longer has (BEP 54).</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class WithdrawnPieceTests
{
    // Extension id under which a scripted host receives our messages.
    private const byte TheirId = 77;

    // Extension id under which the program receives messages.
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
            uint last = (uint)session.Data.Metainfo.Layout.PieceCount - 1;
            await session.SendFrameAsync((byte)PeerMessageId.Extended, [OurId, .. DontHaveCodec.Encode(last)]);
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
        asked.Keys.Should().NotContain((uint)all - 1).And.HaveCount(all - 1);
        offered.Should().NotBeEmpty().And.OnlyContain(id => id == OurId);
        (leecher.Now.ConnectedPeers, leecher.Now.ConnectedSeeds).Should().Be((1, 0));
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_piece_that_a_peer_refuses_is_left_alone_for_longer_each_time()
    {
        await using var swarm = new TestSwarm();
        int refused = 0;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendWholeAsync();
            await session.ServeAsync(async request =>
            {
                if (request.Piece != 5)
                {
                    await session.SendBlockAsync(request);
                    return;
                }

                Interlocked.Increment(ref refused);
                await session.SendAsync(new RejectRequestMessage(request.Piece, request.Begin, request.Length));
            });
        });
        SwarmMember leecher = swarm.AddLeecher(host.EndPoint);
        int all = swarm.Data.Metainfo.Layout.PieceCount;
        await swarm.UntilAsync(() => leecher.Now.PiecesHave == all - 1, "all others are here");
        await swarm.PassAsync(60);

        // Two blocks are requested after each of 0, 2, 6, 14, 30 and 62 seconds.
        refused.Should().BeInRange(4, 14);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 }, "has 3 bytes, not 4")]
    [InlineData(new byte[] { 0, 0, 0, 1, 0 }, "at most 6 allowed")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, "withdrew piece 4294967295")]
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_piece_that_can_no_longer_be_read_is_withdrawn_and_not_offered_to_who_comes_later(bool isGone)
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        var blocks = new ConcurrentQueue<uint>();
        var told = new ConcurrentQueue<string>();
        var changed = new TaskCompletionSource();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(SpeaksWithdrawals(), InterestedMessage.Instance);
            await session.ServeAsync(onOther: async frame =>
            {
                switch ((PeerMessageId?)frame.Id)
                {
                    case PeerMessageId.Unchoke:
                        await session.SendAsync(new RequestMessage(0, 0, 16384));
                        break;
                    case PeerMessageId.Piece:
                        blocks.Enqueue(0);
                        await changed.Task;
                        await session.SendAsync(new RequestMessage(5, 0, 16384), new RequestMessage(5, 16384, 16384));
                        break;
                    case PeerMessageId.RejectRequest:
                        told.Enqueue("reject");
                        break;
                    case PeerMessageId.Extended when frame.Payload[0] == TheirId:
                        told.Enqueue($"no longer {DontHaveCodec.Decode(frame.Payload.AsMemory(1))}");
                        break;
                }
            });
        });
        host.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => !blocks.IsEmpty, "a block is served");
        Spoil(Path.Combine(seed.Folder, "file.bin"), isGone, offset: 5 * 32 * TestTorrent.KiB);
        changed.SetResult();
        await swarm.UntilAsync(() => told.Count == 3, "both requests are rejected, and the piece is withdrawn once");
        told.Should().BeEquivalentTo("reject", "reject", "no longer 5");
        seed.Now.PiecesMissing.Should().Be(0, "it was downloaded, and is not fetched over what another program has written");

        var shown = new ConcurrentQueue<byte[]>();
        ScriptedHost late = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.ServeAsync(onOther: frame =>
            {
                if (frame.Id == (byte)PeerMessageId.Bitfield)
                    shown.Enqueue(frame.Payload);
                return ValueTask.CompletedTask;
            });
        });
        late.Dial(seed.EndPoint);
        await swarm.UntilAsync(() => !shown.IsEmpty, "it is told what the seed has");
        shown.Single().Should().Equal(swarm.Data.BitfieldOf(piece => piece != 5));
        await swarm.EndAsync();
    }

    private static ExtendedMessage SpeaksWithdrawals() => new(0, new ExtensionHandshake
    {
        Extensions = ImmutableSortedDictionary.Create<string, byte>(StringComparer.Ordinal).Add(DontHaveCodec.ExtensionName, TheirId),
    }.Encode());

    // Sets a later modification time explicitly, because the clock of the file system may be too coarse to show the change.
    private static void Spoil(string path, bool isGone, long offset)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (isGone)
            file.SetLength(offset);
        file.Position = offset;
        if (!isGone)
            file.Write(new byte[1000]);
        file.Flush();
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddHours(1));
    }
}
