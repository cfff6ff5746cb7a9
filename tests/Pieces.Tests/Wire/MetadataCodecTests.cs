using System.Text;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class MetadataCodecTests
{
    [Fact]
    public void A_request_is_written_and_read_byte_for_byte()
    {
        Text(new MetadataRequest(0)).Should().Be("d8:msg_typei0e5:piecei0ee");
        Decode("d8:msg_typei0e5:piecei0ee").Should().Be(new MetadataRequest(0));
    }

    [Fact]
    public void A_reject_is_written_and_read_byte_for_byte()
    {
        Text(new MetadataReject(0)).Should().Be("d8:msg_typei2e5:piecei0ee");
        Decode("d8:msg_typei2e5:piecei0ee").Should().Be(new MetadataReject(0));
    }

    [Fact]
    public void A_part_is_written_and_read_byte_for_byte()
    {
        byte[] bytes = new byte[MetadataCodec.PartLength];
        new Random(1).NextBytes(bytes);
        byte[] message = MetadataCodec.Encode(new MetadataData(0, 34256, bytes));
        message.Should().Equal([.. "d8:msg_typei1e5:piecei0e10:total_sizei34256ee"u8, .. bytes]);
        var data = (MetadataData)MetadataCodec.Decode(message)!;
        (data.Part, data.TotalSize).Should().Be((0, 34256));
        data.Bytes.ToArray().Should().Equal(bytes);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(16384, 1, 16384)]
    [InlineData(16385, 2, 1)]
    [InlineData(34256, 3, 1488)]
    [InlineData(ExtensionHandshake.MaxMetadataSize, 4096, 16384)]
    public void The_last_part_is_what_remains(int size, int parts, int last)
    {
        MetadataCodec.PartCount(size).Should().Be(parts);
        MetadataCodec.LengthOf(parts - 1, size).Should().Be(last);
    }

    [Theory]
    [InlineData("d8:msg_typei3e5:piecei0ee")]
    [InlineData("d8:msg_typei-1e5:piecei0ee")]
    [InlineData("d8:msg_typei1000ee")]
    public void A_kind_that_is_not_known_is_ignored(string text) => Decode(text).Should().BeNull();

    [Theory]
    [InlineData("d8:msg_typei0e5:piecei7e7:unknownli1ei2eeetail")]
    [InlineData("d5:piecei7e8:msg_typei0ee")]
    public void Unknown_keys_their_order_and_what_follows_a_request_do_not_matter(string text) => Decode(text).Should().Be(new MetadataRequest(7));

    [Theory]
    [InlineData("")]
    [InlineData("i0e")]
    [InlineData("d8:msg_typei0e5:piecei0e")]
    [InlineData("d5:piecei0ee")]
    [InlineData("d8:msg_type1:05:piecei0ee")]
    [InlineData("d8:msg_typei0ee")]
    [InlineData("d8:msg_typei0e5:piecei-1ee")]
    [InlineData("d8:msg_typei0e5:piece1:0e")]
    [InlineData("d8:msg_typei0e5:piecei131072ee")]
    [InlineData("d8:msg_typei2e5:piecei9223372036854775807ee")]
    [InlineData("d8:msg_typei1e5:piecei0eex")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei0ee")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei-1eex")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei67108865eex")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei2147483648eex")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei4611686018427387904eex")]
    [InlineData("d8:msg_typei1e5:piecei1e10:total_sizei1eex")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei2eex")]
    [InlineData("d8:msg_typei1e5:piecei0e10:total_sizei2eexyz")]
    public void What_is_no_message_or_does_not_fit_breaks_the_protocol(string text) =>
        FluentActions.Invoking(() => Decode(text)).Should().Throw<PeerProtocolException>();

    [Fact]
    public void A_flood_of_values_is_refused_before_it_is_kept()
    {
        string many = "d1:al" + string.Concat(Enumerable.Repeat("le", 100_000)) + "e8:msg_typei0e5:piecei0ee";
        FluentActions.Invoking(() => Decode(many)).Should().Throw<PeerProtocolException>();
    }

    private static string Text(MetadataMessage message) => Encoding.Latin1.GetString(MetadataCodec.Encode(message));

    private static MetadataMessage? Decode(string text) => MetadataCodec.Decode(Encoding.Latin1.GetBytes(text));
}
