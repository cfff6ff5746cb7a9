using Pieces.Storage.Files;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class BufferCursorTests
{
    [Fact]
    public void One_buffer_too_many_is_left_for_the_next_call()
    {
        const int Count = BufferCursor.MaxBuffersPerCall + 1;
        Memory<byte>[] read = [.. Enumerable.Range(0, Count).Select(_ => new byte[1].AsMemory())];
        List<Memory<byte>> targets = [];
        var reading = default(BufferCursor);
        reading.TakeForReading(read, Count, targets).Should().Be(BufferCursor.MaxBuffersPerCall);
        targets.Should().HaveCount(BufferCursor.MaxBuffersPerCall);
        reading.TakeForReading(read, 1, targets).Should().Be(1);

        ReadOnlyMemory<byte>[] written = [.. read];
        List<ReadOnlyMemory<byte>> sources = [];
        var writing = default(BufferCursor);
        writing.TakeForWriting(written, Count, sources).Should().Be(BufferCursor.MaxBuffersPerCall);
        sources.Should().HaveCount(BufferCursor.MaxBuffersPerCall);
        writing.TakeForWriting(written, 1, sources).Should().Be(1);
    }
}
