using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class UploadQueueTests
{
    [Fact]
    public void One_over_the_capacity_is_refused()
    {
        var queue = new UploadQueue();
        for (int i = 0; i < UploadQueue.Capacity; i++)
            queue.TryAdd(Block(i)).Should().BeTrue();
        queue.TryAdd(Block(UploadQueue.Capacity)).Should().BeFalse();
        queue.Count.Should().Be(512);
    }

    [Fact]
    public void Blocks_are_taken_in_order_as_many_as_fit()
    {
        var queue = new UploadQueue();
        for (int i = 0; i < 5; i++)
            queue.TryAdd(Block(i));
        var taken = new List<BlockRequest>();
        queue.Take(taken, 40_000).Should().Be(2);
        queue.Take(taken, 1).Should().Be(1, "one goes in any case");
        taken.Should().Equal(Block(0), Block(1), Block(2));
        queue.Drain().Should().Equal(Block(3), Block(4));
        queue.Take(taken, 40_000).Should().Be(0);
    }

    [Fact]
    public void A_cancelled_block_is_gone_and_an_unknown_one_is_told_apart()
    {
        var queue = new UploadQueue();
        queue.TryAdd(Block(0));
        queue.TryAdd(Block(1));
        queue.Remove(Block(0)).Should().BeTrue();
        queue.Remove(Block(0)).Should().BeFalse();
        queue.Drain().Should().Equal(Block(1));
    }

    private static BlockRequest Block(int piece) => new(new PieceIndex(piece), 0, BlockRequest.MaxLength);
}
