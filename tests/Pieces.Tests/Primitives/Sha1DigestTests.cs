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
        using System.Security.Cryptography.IncrementalHash running = Sha1Digest.StartRunning();
        for (int i = 0; i < 2; i++)
        {
            running.AppendData("a"u8);
            running.AppendData("bc"u8);
            Sha1Digest.Finish(running).Should().Be(Sha1Digest.Of("abc"u8));
        }
    }
}
