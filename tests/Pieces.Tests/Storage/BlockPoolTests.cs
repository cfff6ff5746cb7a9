using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class BlockPoolTests
{
    [Fact]
    public void Buffers_do_not_overlap_and_keep_what_was_put_into_them()
    {
        using var pool = new BlockPool();
        BlockBuffer[] buffers = [.. Enumerable.Range(0, 200).Select(i => pool.Rent(BlockRequest.MaxLength - i))];
        for (int i = 0; i < buffers.Length; i++)
            buffers[i].Memory.Span.Fill((byte)i);
        for (int i = 0; i < buffers.Length; i++)
            buffers[i].Memory.Span.IndexOfAnyExcept((byte)i).Should().Be(-1);
        foreach (BlockBuffer buffer in buffers)
            buffer.Dispose();
        pool.Rented.Should().Be(0);
    }

    [Fact]
    public void The_buffer_given_back_last_goes_out_first()
    {
        using var pool = new BlockPool();
        BlockBuffer first = pool.Rent(10), second = pool.Rent(10);
        first.Dispose();
        second.Dispose();
        BlockBuffer again = pool.Rent(BlockRequest.MaxLength);
        again.Should().BeSameAs(second);
        again.Length.Should().Be(BlockRequest.MaxLength);
        again.Dispose();
    }

    [Fact]
    public void Two_owners_are_a_bug_that_shows()
    {
        using var pool = new BlockPool();
        BlockBuffer buffer = pool.Rent(10);
        buffer.Dispose();
        buffer.Invoking(b => b.Dispose()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_buffer_that_is_out_at_the_end_keeps_its_memory_and_nothing_is_handed_out_any_more()
    {
        var pool = new BlockPool();
        BlockBuffer late = pool.Rent(10);
        pool.Dispose();
        late.Memory.Span.Fill(7);
        late.Memory.Span[9].Should().Be(7);
        late.Dispose();
        pool.Invoking(p => p.Rent(1)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Freed_memory_is_not_reached_any_more()
    {
        var slab = new NativeSlab(4096);
        Memory<byte> memory = slab.Memory;
        ((IDisposable)slab).Dispose();
        memory.Invoking(m => m.Span.Clear()).Should().Throw<ObjectDisposedException>();
        memory.Invoking(m => m.Pin()).Should().Throw<ObjectDisposedException>();
    }
}
