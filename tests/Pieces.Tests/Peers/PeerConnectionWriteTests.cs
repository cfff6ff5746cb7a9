using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerConnectionWriteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_and_requests_go_out_in_order()
    {
        await using var rig = new ConnectionRig();
        rig.Connection.Send(InterestedMessage.Instance);
        rig.Connection.SendRequests([Block(1, 0), Block(1, 16384)]);
        rig.Connection.Send(new HaveMessage(9));
        byte[] expected = ScriptedPeer.Encode(
            InterestedMessage.Instance, new RequestMessage(1, 0, 16384), new RequestMessage(1, 16384, 16384), new HaveMessage(9));
        byte[] got = new byte[expected.Length];
        await rig.Peer.Stream.ReadExactlyAsync(got, Token);
        got.Should().Equal(expected);
        rig.Connection.BytesSent.Should().BeLessThanOrEqualTo(expected.Length);
    }

    [Fact]
    public async Task Queued_blocks_go_out_behind_their_headers_and_are_counted()
    {
        await using var rig = new ConnectionRig();
        BlockRequest[] blocks = [.. Enumerable.Range(0, 100).Select(i => Block(i % 7, (i / 7) * 16384)), new(new PieceIndex(8), 5, 1)];
        foreach (BlockRequest block in blocks)
            rig.Connection.TryQueueUpload(block).Should().BeTrue();
        foreach (BlockRequest block in blocks)
        {
            RawFrame frame = (await rig.Peer.ReadFrameAsync(Token))!;
            byte[] expected = ScriptedPeer.BlockBytes((uint)block.Piece.Value, (uint)block.Begin, PatternStore.BytesOf(block));
            frame.Id.Should().Be(7);
            frame.Payload.AsSpan().SequenceEqual(expected.AsSpan(5)).Should().BeTrue();
        }

        rig.Connection.Close("enough");
        await rig.ClosedAsync(Token);
        rig.Sink.UploadedBlocks.Should().Be(101);
        rig.Sink.UploadedBytes.Should().Be((100 * 16384) + 1);
        rig.Store.ReadSizes.Max().Should().BeInRange(2, PeerWriter.MaxSend / BlockRequest.MaxLength, "several blocks share one read");
    }

    [Fact]
    public async Task Control_messages_go_before_the_blocks_that_wait()
    {
        await using var rig = new ConnectionRig(new InMemoryLink(Capacity: 1000));
        for (int i = 0; i < 100; i++)
            rig.Connection.TryQueueUpload(Block(i, 0));
        await rig.Peer.ReadFrameAsync(Token);
        rig.Connection.Send(ChokeMessage.Instance);
        int before = 0;
        while ((await rig.Peer.ReadFrameAsync(Token))!.Id != (byte)PeerMessageId.Choke)
            before++;
        before.Should().BeLessThan(32, "two writes at most were under way");
    }

    [Fact]
    public async Task The_queue_is_bounded_cancellable_and_can_be_dropped()
    {
        await using var rig = new ConnectionRig(new InMemoryLink(Capacity: 1));
        int queued = 0;
        while (rig.Connection.TryQueueUpload(Block(queued, 0)))
            queued++;
        queued.Should().BeInRange(UploadQueue.Capacity, UploadQueue.Capacity + 2, "the first write may have taken two");
        rig.Connection.CancelUpload(Block(queued - 1, 0)).Should().BeTrue();
        rig.Connection.CancelUpload(Block(queued - 1, 0)).Should().BeFalse();
        IReadOnlyList<BlockRequest> dropped = rig.Connection.DropUploads();
        dropped.Should().HaveCountGreaterThanOrEqualTo(UploadQueue.Capacity - 3).And.NotContain(Block(queued - 1, 0));
        rig.Connection.QueuedUploads.Should().Be(0);
    }

    [Fact]
    public async Task A_block_that_cannot_be_read_is_rejected_to_a_peer_that_understands()
    {
        await using var rig = new ConnectionRig();
        rig.Store.Failure = new StorageException(StorageError.File, "/x", "cannot read /x: input/output error");
        rig.Connection.TryQueueUpload(Block(3, 16384));
        RawFrame frame = (await rig.Peer.ReadFrameAsync(Token))!;
        frame.Id.Should().Be((byte)PeerMessageId.RejectRequest);
        frame.Payload.Should().Equal(0, 0, 0, 3, 0, 0, 0x40, 0, 0, 0, 0x40, 0);
        rig.Sink.UploadedBlocks.Should().Be(0);
    }

    [Fact]
    public async Task A_block_that_cannot_be_read_closes_a_peer_without_the_fast_extension()
    {
        await using var rig = new ConnectionRig(reserved: 0);
        rig.Store.Failure = new StorageException(StorageError.File, "/x", "cannot read /x: input/output error");
        rig.Connection.TryQueueUpload(Block(3, 16384));
        (await rig.ClosedAsync(Token)).Should().Be("cannot read /x: input/output error");
        rig.Sink.IsProtocolError.Should().BeFalse();
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_is_closed_when_its_outbox_is_full()
    {
        await using var rig = new ConnectionRig(new InMemoryLink(Capacity: 1));
        int sent = 0;
        while (!rig.Connection.Completion.IsCompleted && sent < 10_000_000)
        {
            rig.Connection.Send(ChokeMessage.Instance);
            sent += 5;
            if (sent > PeerOutbox.MaxLength * 2)
                break;
        }

        (await rig.ClosedAsync(Token)).Should().StartWith("does not read what is sent");
    }

    [Fact]
    public void The_outbox_holds_its_limit_and_a_bitfield_and_not_one_message_more()
    {
        var outbox = new PeerOutbox(pieceCount: 80);
        outbox.TryAdd(new ExtendedMessage(1, new byte[PeerOutbox.MaxLength + 10 - 6])).Should().BeTrue();
        outbox.TryAdd(ChokeMessage.Instance).Should().BeFalse();
        new PeerOutbox(1 << 24).TryAdd(new BitfieldMessage(new byte[1 << 21])).Should().BeTrue();
        outbox.Close();
    }

    [Fact]
    public async Task After_a_close_everything_is_quiet()
    {
        await using var rig = new ConnectionRig();
        rig.Connection.Close("first");
        rig.Connection.Close("second");
        (await rig.ClosedAsync(Token)).Should().Be("first");
        rig.Connection.Send(ChokeMessage.Instance);
        rig.Connection.SendRequests([Block(0, 0)]);
        rig.Connection.TryQueueUpload(Block(0, 0));
        rig.Connection.Close("third");
        rig.Sink.Reason.Should().Be("first");
        rig.Connection.Completion.IsCompletedSuccessfully.Should().BeTrue();
    }

    private static BlockRequest Block(int piece, int begin) => new(new PieceIndex(piece), begin, BlockRequest.MaxLength);
}
