using System.Buffers;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class PeerFramingTests
{
    private const int Limit = 64;

    [Fact]
    public void Frames_do_not_depend_on_where_the_stream_is_cut()
    {
        byte[] stream = OneOfEveryMessage();
        List<string> whole = FramesOf(stream);
        whole.Should().HaveCount(18);
        for (int cut = 0; cut <= stream.Length; cut++)
            FramesOf(stream[..cut], stream[cut..]).Should().Equal(whole, "cut at {0}", cut);
    }

    [Fact]
    public void A_keep_alive_is_taken_off_the_stream()
    {
        var input = new ReadOnlySequence<byte>([0, 0, 0, 0, 0, 0, 0, 1, 1]);
        PeerFraming.TryRead(ref input, Limit, out PeerFrame first).Should().BeTrue();
        first.IsKeepAlive.Should().BeTrue();
        PeerFraming.TryRead(ref input, Limit, out PeerFrame second).Should().BeTrue();
        second.Id.Should().Be(PeerMessageId.Unchoke);
        input.IsEmpty.Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void An_incomplete_frame_is_left_where_it_is(int length)
    {
        var input = new ReadOnlySequence<byte>(new byte[] { 0, 0, 0, 5, 4, 0, 0, 0, 5 }.AsMemory(0, length));
        PeerFraming.TryRead(ref input, Limit, out _).Should().BeFalse();
        input.Length.Should().Be(length);
    }

    [Fact]
    public void The_longest_frame_is_waited_for_and_one_longer_refused_by_its_prefix()
    {
        var longest = new ReadOnlySequence<byte>([0, 0, 0, Limit]);
        PeerFraming.TryRead(ref longest, Limit, out _).Should().BeFalse();

        var longer = new ReadOnlySequence<byte>([0, 0, 0, Limit + 1]);
        FluentActions.Invoking(() => PeerFraming.TryRead(ref longer, Limit, out _))
            .Should().Throw<PeerProtocolException>().WithMessage("message of 65 bytes; at most 64 allowed");
    }

    [Fact]
    public void A_length_that_would_be_negative_as_an_int_is_refused()
    {
        var input = new ReadOnlySequence<byte>([0xff, 0xff, 0xff, 0xff]);
        FluentActions.Invoking(() => PeerFraming.TryRead(ref input, int.MaxValue, out _))
            .Should().Throw<PeerProtocolException>().WithMessage("message of 4294967295 bytes*");
    }

    [Fact]
    public void Each_kind_of_message_has_its_own_limit()
    {
        var limits = new PeerFrameLimits(pieceCount: 10);
        limits.Of(PeerMessageId.Bitfield).Should().Be(3);
        limits.Of(PeerMessageId.Piece).Should().Be(9 + 16384);
        PeerFrameLimits.OfExtended(ExtensionIds.Handshake).Should().Be(2 + ExtensionHandshake.MaxLength);
        PeerFrameLimits.OfExtended(ExtensionIds.Metadata).Should().Be(2 + (17 * 1024));
        PeerFrameLimits.OfExtended(ExtensionIds.PeerExchange).Should().Be(2 + (8 * 1024));
        PeerFrameLimits.OfExtended(ExtensionIds.Lots).Should().Be(2 + 16);
        PeerFrameLimits.OfExtended(ExtensionIds.DontHave).Should().Be(2 + 4);
        PeerFrameLimits.OfExtended(77).Should().BeNull("it was never offered");
        limits.Of((PeerMessageId)21).Should().BeNull();
        limits.Longest.Should().Be(1024 * 1024);
        new PeerFrameLimits(pieceCount: 1 << 24).Longest.Should().Be(1 + (1 << 21), "the bitfield of the largest torrent must pass");
        new PeerFrameLimits(pieceCount: 0).Of(PeerMessageId.Bitfield).Should().Be(1 + (1 << 21), "the number of pieces may not be known yet");
    }

    private static byte[] OneOfEveryMessage() =>
    [
        0, 0, 0, 0,
        .. ScriptedPeer.Encode(
            ChokeMessage.Instance, UnchokeMessage.Instance, InterestedMessage.Instance, NotInterestedMessage.Instance, new HaveMessage(5),
            new BitfieldMessage([0xef, 0xc0]), new RequestMessage(1, 2, 3), new CancelMessage(1, 2, 3), new PortMessage(6881),
            new SuggestPieceMessage(5),
            HaveAllMessage.Instance, HaveNoneMessage.Instance, new RejectRequestMessage(1, 2, 3), new AllowedFastMessage(5),
            new ExtendedMessage(0, [1, 2])),
        .. ScriptedPeer.BlockBytes(1, 0, "abcd"u8),
        0, 0, 0, 3, 99, 1, 2,
    ];

    private static List<string> FramesOf(params byte[][] parts)
    {
        var frames = new List<string>();
        byte[] pending = [];
        foreach (byte[] part in parts)
        {
            pending = [.. pending, .. part];
            ReadOnlySequence<byte> input = InTwoSegments(pending, pending.Length - part.Length);
            while (PeerFraming.TryRead(ref input, Limit, out PeerFrame frame))
                frames.Add(frame.IsKeepAlive ? "keep-alive" : $"{frame.Id} {Convert.ToHexString(frame.Payload.ToArray())}");
            pending = input.ToArray();
        }

        return frames;
    }

    private static ReadOnlySequence<byte> InTwoSegments(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at), null);
        var second = new Segment(bytes.AsMemory(at), first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null)
                return;
            RunningIndex = before.Memory.Length;
            before.Next = this;
        }
    }
}
