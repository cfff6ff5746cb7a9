using System.Buffers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class PeerMessageCodecTests
{
    public static TheoryData<string, string> Vectors => new()
    {
        { "0000000100", "ChokeMessage" },
        { "0000000101", "UnchokeMessage" },
        { "0000000102", "InterestedMessage" },
        { "0000000103", "NotInterestedMessage" },
        { "000000050400000005", "HaveMessage" },
        { "0000000305efc0", "BitfieldMessage" },
        { "0000000d06000000010000400000004000", "RequestMessage" },
        { "0000000d08000000010000400000004000", "CancelMessage" },
        { "00000003091ae1", "PortMessage" },
        { "000000050d00000005", "SuggestPieceMessage" },
        { "000000010e", "HaveAllMessage" },
        { "000000010f", "HaveNoneMessage" },
        { "0000000d10000000010000400000004000", "RejectRequestMessage" },
        { "000000051100000005", "AllowedFastMessage" },
        { "0000000414006465", "ExtendedMessage" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_message_is_decoded_and_encoded_byte_for_byte(string hex, string type)
    {
        PeerMessage message = Decode(Convert.FromHexString(hex))!;
        message.GetType().Name.Should().Be(type);
        Convert.ToHexStringLower(ScriptedPeer.Encode(message)).Should().Be(hex);
    }

    [Fact]
    public void The_numbers_stand_where_they_belong()
    {
        Decode(Convert.FromHexString("0000000d06000000010000400000004000")).Should().Be(new RequestMessage(1, 16384, 16384));
        Decode(Convert.FromHexString("0000000d08000000020000800000000007")).Should().Be(new CancelMessage(2, 32768, 7));
        Decode(Convert.FromHexString("0000000d10ffffffff0000800000000007")).Should().Be(new RejectRequestMessage(uint.MaxValue, 32768, 7));
        Decode(Convert.FromHexString("000000050400000005")).Should().Be(new HaveMessage(5));
        Decode(Convert.FromHexString("00000003091ae1")).Should().Be(new PortMessage(6881));
        Decode(Convert.FromHexString("0000000305efc0")).Should().BeOfType<BitfieldMessage>().Which.Bytes.Should().Equal(0xef, 0xc0);
        ExtendedMessage extended = Decode(Convert.FromHexString("0000000414036465")).Should().BeOfType<ExtendedMessage>().Subject;
        extended.ExtendedId.Should().Be(3);
        extended.Payload.Should().Equal((byte)'d', (byte)'e');
    }

    [Fact]
    public void A_keep_alive_is_four_zero_bytes_and_no_message()
    {
        var output = new ArrayBufferWriter<byte>();
        PeerMessageCodec.EncodeKeepAlive(output);
        output.WrittenSpan.ToArray().Should().Equal(0, 0, 0, 0);
        Decode([0, 0, 0, 0]).Should().BeNull();
    }

    [Fact]
    public void The_front_of_a_block_is_read_and_written_without_its_payload()
    {
        byte[] bytes = Convert.FromHexString("0000000d07000000010000400061626364");
        PeerMessageCodec.ReadPieceHeader(new ReadOnlySequence<byte>(bytes)).Should().Be(new PieceHeader(1, 16384));

        byte[] header = new byte[PeerMessageCodec.PieceHeaderLength];
        PeerMessageCodec.WritePieceHeader(header, new BlockRequest(new PieceIndex(1), 16384, 4));
        header.Should().Equal(bytes[..13]);
    }

    [Fact]
    public void A_request_for_a_block_is_encoded_as_the_message_is()
    {
        var output = new ArrayBufferWriter<byte>();
        PeerMessageCodec.EncodeRequest(new BlockRequest(new PieceIndex(1), 16384, 16384), output);
        Convert.ToHexStringLower(output.WrittenSpan).Should().Be("0000000d06000000010000400000004000");
    }

    [Theory]
    [InlineData("000000020000")]
    [InlineData("000000020100")]
    [InlineData("000000020200")]
    [InlineData("000000020300")]
    [InlineData("0000000404000000")]
    [InlineData("00000006040000000500")]
    [InlineData("0000000c060000000100004000000000")]
    [InlineData("0000000e0600000001000040000000400000")]
    [InlineData("0000000108")]
    [InlineData("00000002091a")]
    [InlineData("00000004091ae100")]
    [InlineData("000000010d")]
    [InlineData("000000020e00")]
    [InlineData("000000020f00")]
    [InlineData("0000000110")]
    [InlineData("0000000111")]
    [InlineData("0000000114")]
    public void A_payload_of_the_wrong_length_is_refused(string hex) =>
        FluentActions.Invoking(() => Decode(Convert.FromHexString(hex))).Should().Throw<PeerProtocolException>();

    [Theory]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(18)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(255)]
    public void An_unknown_id_is_no_message_and_no_error(byte id) => Decode([0, 0, 0, 3, id, 1, 2]).Should().BeNull();

    private static PeerMessage? Decode(byte[] bytes)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        PeerFraming.TryRead(ref input, 1024, out PeerFrame frame).Should().BeTrue();
        input.IsEmpty.Should().BeTrue();
        return PeerMessageCodec.Decode(frame);
    }
}
