using System.Buffers;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class BlockBurstTests
{
    private const int UnitLength = PeerMessageCodec.PieceHeaderLength + BlockRequest.MaxLength;

    [Theory]
    [InlineData(BlockBurst.MaxBlocks - 1, BlockBurst.MaxBlocks - 1)]
    [InlineData(BlockBurst.MaxBlocks, BlockBurst.MaxBlocks)]
    [InlineData(BlockBurst.MaxBlocks + 1, BlockBurst.MaxBlocks)]
    public async Task One_read_is_for_the_blocks_that_wait_to_the_limit(int waiting, int blocks)
    {
        using var pool = new BlockPool();
        var partial = new BlockMessage(0, 0, pool.Rent(BlockRequest.MaxLength));
        var source = new Source { Available = BlockRequest.MaxLength + (waiting * UnitLength) };
        using var batch = new PeerBatch();
        await new BlockBurst(source, pool).ReadAsync(partial, 0, new ArrayBufferWriter<byte>(), batch);
        source.Buffers.Should().Be(1 + (2 * blocks), "each block has a header, and one is partly received");
        partial.Data.Dispose();
        pool.Rented.Should().Be(0);
    }

    /// <summary>Gives one byte and counts the buffers that were offered for it.</summary>
    private sealed class Source : IScatterReader
    {
        public bool CanScatter => true;

        public int Available { get; init; }

        public int Buffers { get; private set; }

        public ValueTask<int> ReadAsync(List<Memory<byte>> buffers)
        {
            Buffers = buffers.Count;
            return new ValueTask<int>(1);
        }
    }
}
