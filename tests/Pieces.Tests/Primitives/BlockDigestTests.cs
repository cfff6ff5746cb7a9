using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class BlockDigestTests
{
    [Fact]
    public void A_digest_has_bytes_to_its_limit()
    {
        byte[] longest = new byte[BlockDigest.MaxLength];
        longest[^1] = 1;
        new BlockDigest(longest).Should().NotBe(new BlockDigest(longest.AsSpan(0, BlockDigest.MaxLength - 1)));
        Action make = () => _ = new BlockDigest(new byte[BlockDigest.MaxLength + 1]);
        make.Should().Throw<ArgumentOutOfRangeException>();
    }
}
