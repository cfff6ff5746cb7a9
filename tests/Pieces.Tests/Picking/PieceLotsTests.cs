using Pieces.Picking;

namespace Pieces.Tests.Picking;

[Trait("Tier", "Pure")]
public class PieceLotsTests
{
    private const int Groups = 8;
    private const int Pieces = Groups * PieceLots.GroupLength;

    private static ulong[] Names(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
    }

    // Creates the lots of each member. Each draws for itself, and receives the names of the others in a different order.
    private static PieceLots[] Members(ulong[] names, int seed = 2)
    {
        var random = new Random(seed);
        return [.. names.Select(own => Member(own, names, random))];
    }

    private static PieceLots Member(ulong own, ulong[] names, Random random)
    {
        ulong[] others = [.. names.Where(name => name != own)];
        random.Shuffle(others);
        var lots = new PieceLots(own);
        lots.SetOthers([.. others]);
        return lots;
    }

    private static int[] OwnersOf(PieceLots[] members) =>
        [.. Enumerable.Range(0, Pieces).Select(piece => Array.FindIndex(members, lots => lots.IsMine(piece)))];

    [Fact]
    public void Alone_one_has_everything()
    {
        var lots = new PieceLots(7);
        lots.Count.Should().Be(1);
        Enumerable.Range(0, Pieces).Should().OnlyContain(piece => lots.IsMine(piece));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    public void Each_piece_falls_to_exactly_one_as_each_sees_it_by_itself(int count)
    {
        PieceLots[] members = Members(Names(count));
        members.Should().OnlyContain(lots => lots.Count == count);
        for (int piece = 0; piece < Pieces; piece++)
            members.Count(lots => lots.IsMine(piece)).Should().Be(1, "piece {0} of {1} members", piece, count);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    public void Nobody_has_two_more_than_another_within_a_group(int count)
    {
        PieceLots[] members = Members(Names(count));
        for (int group = 0; group < Groups; group++)
        {
            int[] loads = [.. members.Select(lots => Enumerable.Range(group * PieceLots.GroupLength, PieceLots.GroupLength).Count(lots.IsMine))];
            (loads.Max() - loads.Min()).Should().BeLessThanOrEqualTo(1, "group {0} of {1} members", group, count);
        }
    }

    [Fact]
    public void Groups_are_drawn_anew_so_that_all_have_as_much_in_the_end()
    {
        // With 100 members, each group of 32 pieces leaves 68 members without a piece. They are different members in each group.
        PieceLots[] members = Members(Names(100));
        for (int i = 0; i < members.Length; i++)
            Enumerable.Range(0, 100 * PieceLots.GroupLength).Count(members[i].IsMine).Should().BeInRange(14, 54, "the mean is 32 (member {0})", i);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(50)]
    public void One_more_takes_its_share_and_leaves_many_lots_where_they_were(int count)
    {
        ulong[] names = Names(count + 1);
        int[] before = OwnersOf(Members(names[..count]));
        int[] after = OwnersOf(Members(names));
        int moved = Enumerable.Range(0, Pieces).Count(piece => before[piece] != after[piece]);
        int redrawn = Pieces * count / (count + 1);
        moved.Should().BeGreaterThan(0).And.BeLessThan(redrawn * 3 / 4, "{0} would move if all were drawn again", redrawn);
        after.Count(owner => owner == count).Should().BeInRange(Pieces / (count + 1) / 3, (Pieces / (count + 1) * 2) + Groups);
    }

    [Fact]
    public void Who_leaves_leaves_the_lots_as_they_were_before()
    {
        ulong[] names = Names(6);
        var random = new Random(3);
        PieceLots lots = Member(names[0], names, random);
        bool[] before = [.. Enumerable.Range(0, Pieces).Select(lots.IsMine)];
        lots.SetOthers([names[3], names[1]]);
        lots.Count.Should().Be(3);
        Enumerable.Range(0, Pieces).Select(lots.IsMine).Should().NotEqual(before);
        lots.SetOthers([.. names[1..]]);
        Enumerable.Range(0, Pieces).Select(lots.IsMine).Should().Equal(before);
    }
}
