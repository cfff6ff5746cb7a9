using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Primitives;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class NodeIdTests
{
    private readonly Random _random = new(1);

    [Fact]
    public void Bytes_come_out_as_they_went_in()
    {
        byte[] bytes = new byte[NodeId.Length];
        _random.NextBytes(bytes);
        byte[] back = new byte[NodeId.Length];
        NodeId.FromBytes(bytes).CopyTo(back);
        back.Should().Equal(bytes);
        NodeId.FromBytes(bytes).ToString().Should().Be(Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Distance_is_that_of_the_xor_in_every_part_of_the_id()
    {
        for (int i = 0; i < 2000; i++)
        {
            (NodeId target, NodeId left, NodeId right) = (NodeId.Create(_random), NodeId.Create(_random), NodeId.Create(_random));
            if (i % 2 == 0)
                (left, right) = (target.Near(_random.Next(160), _random), target.Near(_random.Next(160), _random));
            int expected = Xor(target, left).AsSpan().SequenceCompareTo(Xor(target, right));
            Math.Sign(target.CompareDistance(left, right)).Should().Be(Math.Sign(expected));
        }
    }

    [Fact]
    public void An_id_beside_another_shares_exactly_so_many_bits_with_it()
    {
        var own = NodeId.Create(_random);
        for (int bits = 0; bits < NodeId.Bits; bits++)
        {
            own.CommonPrefix(own.Beside(bits, _random)).Should().Be(bits);
            own.CommonPrefix(own.Near(bits, _random)).Should().BeGreaterThanOrEqualTo(bits);
        }

        own.CommonPrefix(own).Should().Be(NodeId.Bits);
        own.Near(NodeId.Bits, _random).Should().Be(own);
    }

    [Fact]
    public void An_info_hash_is_a_point_of_the_same_space() =>
        NodeId.Of(SwarmKey.FromBytes("mnopqrstuvwxyz123456"u8)).Should().Be(Id("mnopqrstuvwxyz123456"));

    private static byte[] Xor(NodeId left, NodeId right)
    {
        byte[] a = new byte[NodeId.Length];
        byte[] b = new byte[NodeId.Length];
        left.CopyTo(a);
        right.CopyTo(b);
        return [.. a.Zip(b, (x, y) => (byte)(x ^ y))];
    }
}
