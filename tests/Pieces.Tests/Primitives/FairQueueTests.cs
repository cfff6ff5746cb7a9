using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class FairQueueTests
{
    [Fact]
    public void Owners_take_turns_and_each_keeps_its_order()
    {
        var queue = new FairQueue<string, int>();
        foreach (int item in new[] { 1, 2, 3, 4 })
            queue.Add("busy", item);
        queue.Add("other", 10);
        queue.Add("third", 20);
        queue.Count.Should().Be(6);
        Drain(queue, _ => true).Should().Equal(1, 10, 20, 2, 3, 4);
        queue.Count.Should().Be(0);
    }

    [Fact]
    public void An_owner_that_may_not_have_one_taken_keeps_its_turn()
    {
        var queue = new FairQueue<string, int>();
        queue.Add("stuck", 1);
        queue.Add("other", 10);
        Drain(queue, owner => owner != "stuck").Should().Equal(10);
        queue.Count.Should().Be(1);
        Drain(queue, _ => true).Should().Equal(1);
    }

    private static List<int> Drain(FairQueue<string, int> queue, Func<string, bool> mayTake)
    {
        var taken = new List<int>();
        while (queue.TryTake(mayTake, out int item))
            taken.Add(item);
        return taken;
    }
}
