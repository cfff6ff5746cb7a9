using System.Text;
using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class PeerIdTests
{
    [Fact]
    public void Our_own_begins_with_our_prefix_and_differs_each_time()
    {
        var random = new Random(5);
        byte[] first = new byte[PeerId.Length];
        PeerId.Create(random).CopyTo(first);
        Encoding.ASCII.GetString(first).Should().StartWith("-PC0100-");
        (PeerId.FromBytes(first) != PeerId.Create(random)).Should().BeTrue();
    }

    [Fact]
    public void Ids_of_one_program_have_different_hash_codes()
    {
        var random = new Random(6);
        Enumerable.Range(0, 100).Select(_ => PeerId.Create(random).GetHashCode()).Distinct().Should().HaveCountGreaterThan(95);
    }
}
