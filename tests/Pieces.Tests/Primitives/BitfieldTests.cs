using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class BitfieldTests
{
    [Fact]
    public void The_first_piece_is_the_high_bit_of_the_first_byte()
    {
        Bitfield bits = Bitfield.Full(10);
        bits.Clear(3);
        bits.ToBytes().Should().Equal(0xEF, 0xC0);
        Bitfield.TryRead([0xEF, 0xC0], 10, out Bitfield read).Should().BeTrue();
        read.NextClear(0).Should().Be(3);
        read.Count.Should().Be(9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_field_of_the_wrong_length_is_refused(int bytes) => Bitfield.TryRead(new byte[bytes], 10, out _).Should().BeFalse();

    [Theory]
    [InlineData(0x20)]
    [InlineData(0x01)]
    public void A_spare_bit_is_refused(byte last) => Bitfield.TryRead([0, last], 10, out _).Should().BeFalse();

    [Fact]
    public void An_empty_field_has_no_bytes_and_is_full()
    {
        var bits = new Bitfield(0);
        bits.SetAll();
        bits.ToBytes().Should().BeEmpty();
        bits.IsFull.Should().BeTrue();
        bits.NextSet(0).Should().Be(-1);
        Bitfield.TryRead([], 0, out _).Should().BeTrue();
    }

    [Fact]
    public void An_index_outside_is_refused()
    {
        var bits = new Bitfield(64);
        Action set = () => bits.Set(64);
        Action clear = () => bits.Clear(-1);
        set.Should().Throw<ArgumentOutOfRangeException>();
        clear.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Behaves_as_a_row_of_booleans_does()
    {
        var random = new Random(3);
        foreach (int length in new[] { 1, 7, 8, 9, 63, 64, 65, 127, 128, 200 })
        {
            var bits = new Bitfield(length);
            bool[] model = new bool[length];
            for (int step = 0; step < 300; step++)
            {
                int index = random.Next(length);
                bool isSet = random.Next(3) > 0;
                (isSet ? bits.Set(index) : bits.Clear(index)).Should().Be(model[index] != isSet);
                model[index] = isSet;
                ShouldEqual(bits, model, random.Next(length + 1));
            }
        }
    }

    [Fact]
    public void Compares_with_another_field_as_sets_do()
    {
        var random = new Random(4);
        for (int round = 0; round < 200; round++)
        {
            int length = random.Next(1, 200);
            (Bitfield left, HashSet<int> leftModel) = RandomField(random, length);
            (Bitfield right, HashSet<int> rightModel) = RandomField(random, length);
            left.AnyBeyond(right).Should().Be(!leftModel.IsSubsetOf(rightModel));
            List<int> beyond = [];
            for (int i = left.NextBeyond(right, 0); i >= 0; i = left.NextBeyond(right, i + 1))
                beyond.Add(i);
            beyond.Should().Equal(leftModel.Except(rightModel).Order());
            left.CountCommon(right).Should().Be(leftModel.Count(rightModel.Contains));
        }
    }

    [Fact]
    public void A_copy_shares_nothing()
    {
        var bits = new Bitfield(70);
        Bitfield copy = bits.Clone();
        copy.Set(69);
        bits[69].Should().BeFalse();
        (bits.Count, copy.Count).Should().Be((0, 1));
    }

    private static (Bitfield Bits, HashSet<int> Model) RandomField(Random random, int length)
    {
        var bits = new Bitfield(length);
        var model = new HashSet<int>();
        for (int i = random.Next(length); i > 0; i--)
        {
            int index = random.Next(length);
            bits.Set(index);
            model.Add(index);
        }

        return (bits, model);
    }

    private static void ShouldEqual(Bitfield bits, bool[] model, int start)
    {
        bits.Count.Should().Be(model.Count(bit => bit));
        bits.IsFull.Should().Be(model.All(bit => bit));
        bits.NextSet(start).Should().Be(start < model.Length ? Array.IndexOf(model, true, start) : -1);
        bits.NextClear(start).Should().Be(start < model.Length ? Array.IndexOf(model, false, start) : -1);
        byte[] bytes = bits.ToBytes();
        bytes.Should().HaveCount((model.Length + 7) / 8);
        for (int i = 0; i < model.Length; i++)
            ((bytes[i / 8] & (0x80 >> (i % 8))) != 0).Should().Be(model[i]);
        Bitfield.TryRead(bytes, model.Length, out Bitfield read).Should().BeTrue();
        read.ToBytes().Should().Equal(bytes);
        read.Count.Should().Be(bits.Count);
    }
}
