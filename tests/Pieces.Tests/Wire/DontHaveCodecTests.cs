using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class DontHaveCodecTests
{
    [Theory]
    [InlineData(0u, new byte[] { 0, 0, 0, 0 })]
    [InlineData(0x01020304u, new byte[] { 1, 2, 3, 4 })]
    [InlineData(uint.MaxValue, new byte[] { 255, 255, 255, 255 })]
    public void A_piece_is_four_bytes_with_the_highest_first(uint piece, byte[] payload)
    {
        DontHaveCodec.Encode(piece).Should().Equal(payload);
        DontHaveCodec.Decode(payload).Should().Be(piece);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void Any_other_length_is_refused(int length)
    {
        Action decode = () => DontHaveCodec.Decode(new byte[length]);
        decode.Should().Throw<PeerProtocolException>();
    }
}
