using Pieces.Peers;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerBatchTests
{
    [Fact]
    public void Messages_are_taken_in_order_and_each_once()
    {
        using var batch = new PeerBatch();
        batch.Add(new HaveMessage(1));
        batch.Add(UnchokeMessage.Instance);
        Take(batch).Should().Be(new HaveMessage(1));
        Take(batch).Should().Be(UnchokeMessage.Instance);
        batch.TryTake(out _).Should().BeFalse();
        batch.Messages.Should().Equal(new HaveMessage(1), UnchokeMessage.Instance);
    }

    [Fact]
    public void Disposing_gives_back_the_buffers_of_the_blocks_that_nobody_took()
    {
        using var pool = new BlockPool();
        var batch = new PeerBatch();
        for (uint i = 0; i < 3; i++)
            batch.Add(new BlockMessage(i, 0, pool.Rent(16)));
        var taken = (BlockMessage)Take(batch);
        batch.Dispose();
        pool.Rented.Should().Be(1, "the buffer of the block that was taken has another owner");
        batch.Dispose();
        taken.Data.Dispose();
        pool.Rented.Should().Be(0);
    }

    private static PeerMessage Take(PeerBatch batch)
    {
        batch.TryTake(out PeerMessage? message).Should().BeTrue();
        return message!;
    }
}
