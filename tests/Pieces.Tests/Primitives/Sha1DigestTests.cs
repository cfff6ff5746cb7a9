using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class Sha1DigestTests
{
    [Fact]
    public void Hashes_as_the_standard_says() =>
        Sha1Digest.Of("abc"u8).ToString().Should().Be("a9993e364706816aba3e25717850c26c9cd0d89d");

    [Fact]
    public void A_running_hash_gives_the_same_and_starts_afresh()
    {
        using var running = new RunningSha1();
        for (int i = 0; i < 2; i++)
        {
            running.Append("a"u8);
            running.Append("bc"u8);
            running.Finish().Should().Be(Sha1Digest.Of("abc"u8));
        }
    }
}
