using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Tests.Picking;

[Trait("Tier", "Pure")]
public sealed class BlockSlotsTests : IDisposable
{
    private readonly BlockPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void A_block_that_is_asked_for_is_not_free()
    {
        var blocks = new BlockSlots(3);
        blocks.Ask(0, isShared: false);
        blocks.NextFree(0).Should().Be(1);
        blocks.Free.Should().Be(2);
        blocks.Outstanding.Should().Be(1);
    }

    [Fact]
    public void A_block_is_free_again_only_when_nobody_is_asked_any_more()
    {
        var blocks = new BlockSlots(2);
        blocks.Ask(0, isShared: false);
        blocks.Ask(0, isShared: true);
        blocks.Unask(0, mayStillCome: false).Should().BeFalse();
        blocks.Unask(0, mayStillCome: false).Should().BeTrue();
        blocks.NextFree(0).Should().Be(0);
        blocks.Free.Should().Be(2);
    }

    [Fact]
    public void A_late_block_is_free_and_remembered_as_shared()
    {
        var blocks = new BlockSlots(1);
        blocks.Ask(0, isShared: false);
        blocks.Unask(0, mayStillCome: true).Should().BeTrue();
        blocks.IsShared(0).Should().BeTrue();
    }

    [Fact]
    public void More_than_three_askers_are_refused()
    {
        var blocks = new BlockSlots(1);
        for (int i = 0; i < BlockSlots.MaxAskers; i++)
            blocks.Ask(0, isShared: true);
        blocks.Invoking(b => b.Ask(0, isShared: true)).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_block_that_came_unasked_for_counts_once()
    {
        var blocks = new BlockSlots(2);
        blocks.Receive(1, _pool.Rent(5), new SenderId(7));
        (blocks.Free, blocks.Received, blocks.Held, blocks.Outstanding).Should().Be((1, 1, 1, 0));
        blocks.SenderOf(1).Should().Be(new SenderId(7));
        BlockBuffer second = _pool.Rent(5);
        blocks.Invoking(b => b.Receive(1, second, new SenderId(8))).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Unasking_what_is_here_changes_nothing()
    {
        var blocks = new BlockSlots(1);
        blocks.Ask(0, isShared: false);
        blocks.Receive(0, _pool.Rent(5), new SenderId(7));
        blocks.Unask(0, mayStillCome: true).Should().BeFalse();
        blocks.Free.Should().Be(0);
        blocks.IsComplete.Should().BeTrue();
    }

    [Fact]
    public void What_is_written_keeps_its_buffer_unless_it_is_to_be_released()
    {
        var blocks = new BlockSlots(2);
        blocks.Receive(0, _pool.Rent(5), new SenderId(7));
        blocks.Receive(1, _pool.Rent(5), new SenderId(7));
        blocks.MarkWritten(0, release: false);
        blocks.MarkWritten(1, release: true);
        _pool.Rented.Should().Be(1);
        blocks.Held.Should().Be(1);
        BlockBuffer?[] buffers = blocks.TakeBuffers(out bool[] written);
        written.Should().Equal(true, true);
        buffers[0].Should().NotBeNull();
        buffers[1].Should().BeNull();
        blocks.Held.Should().Be(0);
    }

    [Fact]
    public void Keeps_what_is_on_the_disk_and_its_senders_when_the_rest_is_given_up()
    {
        var blocks = new BlockSlots(3);
        blocks.Receive(0, _pool.Rent(5), new SenderId(7));
        blocks.Receive(1, _pool.Rent(5), new SenderId(8));
        blocks.MarkWritten(0, release: false);
        blocks.KeepWrittenOnly();
        _pool.Rented.Should().Be(0);
        (blocks.Free, blocks.Received, blocks.Written).Should().Be((2, 1, 1));
        blocks.SenderOf(0).Should().Be(new SenderId(7));
        blocks.SenderOf(1).Should().Be(SenderId.None);
        blocks.NextFree(0).Should().Be(1);
    }

    [Fact]
    public void Lists_what_is_to_be_written_in_order()
    {
        var blocks = new BlockSlots(4);
        foreach (int i in new[] { 3, 0, 2 })
            blocks.Receive(i, _pool.Rent(5), new SenderId(7));
        blocks.MarkWritten(2, release: false);
        blocks.Unwritten().Select(b => b.Ordinal).Should().Equal(0, 3);
    }

    [Fact]
    public void Finds_every_free_block_however_asking_and_giving_up_alternate()
    {
        var random = new Random(5);
        var blocks = new BlockSlots(200);
        bool[] asked = new bool[200];
        for (int step = 0; step < 5000; step++)
        {
            int i = random.Next(200);
            if (asked[i])
                blocks.Unask(i, mayStillCome: false);
            else
                blocks.Ask(i, isShared: false);
            asked[i] = !asked[i];
            int start = random.Next(200);
            blocks.NextFree(start).Should().Be(Array.IndexOf(asked, false, start), "step {0}", step);
            blocks.Free.Should().Be(asked.Count(a => !a));
        }
    }
}
