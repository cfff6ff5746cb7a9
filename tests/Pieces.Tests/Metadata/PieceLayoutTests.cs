using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Tests.Metadata;

[Trait("Tier", "Pure")]
public class PieceLayoutTests
{
    [Fact]
    public void Blocks_cover_every_byte_once()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            int pieceLength = random.Next(2) == 0 ? 1 << random.Next(4, 18) : random.Next(1, 100_000);
            long total = random.Next(4) == 0 ? (long)pieceLength * random.Next(1, 20) : random.NextInt64(1, pieceLength * 20L);
            var layout = new PieceLayout(total, pieceLength);
            long next = 0;
            for (int i = 0; i < layout.PieceCount; i++)
            {
                PieceIndex piece = layout.Piece(i);
                layout.OffsetOf(piece).Should().Be(next);
                layout.PieceAt(next).Should().Be(piece);
                for (int n = 0; n < layout.BlockCountOf(piece); n++)
                {
                    BlockRequest block = layout.Block(piece, n);
                    (layout.OffsetOf(piece) + block.Begin).Should().Be(next);
                    block.Length.Should().BeInRange(1, BlockRequest.MaxLength);
                    block.Ordinal.Should().Be(n);
                    next += block.Length;
                }

                layout.PieceAt(next - 1).Should().Be(piece);
                next.Should().Be(layout.OffsetOf(piece) + layout.LengthOf(piece));
            }

            next.Should().Be(total);
        }
    }

    [Fact]
    public void A_size_that_is_a_multiple_of_the_piece_has_a_whole_last_piece()
    {
        var layout = new PieceLayout(65536, 32768);
        layout.PieceCount.Should().Be(2);
        layout.LengthOf(layout.Piece(1)).Should().Be(32768);
        layout.BlockCountOf(layout.Piece(1)).Should().Be(2);
    }

    [Fact]
    public void Offsets_beyond_2_GiB_do_not_overflow()
    {
        var layout = new PieceLayout(PieceLayout.MaxPieceLength * 5000L, PieceLayout.MaxPieceLength);
        layout.OffsetOf(layout.Piece(4999)).Should().Be(4999L << 30);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, PieceLayout.MaxPieceLength + 1)]
    [InlineData(PieceLayout.MaxPieceCount + 1L, 1)]
    [InlineData(long.MaxValue, PieceLayout.MaxPieceLength)]
    public void Lengths_outside_the_limits_are_refused(long total, int pieceLength)
    {
        Action make = () => _ = new PieceLayout(total, pieceLength);
        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(0u, 0u, 16384u, true)]
    [InlineData(1u, 0u, 3616u, true)]
    [InlineData(1u, 3615u, 1u, true)]
    [InlineData(1u, 0u, 3617u, false)]
    [InlineData(0u, 16384u, 1u, false)]
    [InlineData(0u, 0u, 0u, false)]
    [InlineData(0u, 0u, 16385u, false)]
    [InlineData(2u, 0u, 1u, false)]
    [InlineData(uint.MaxValue, 0u, 1u, false)]
    [InlineData(0u, uint.MaxValue, 1u, false)]
    [InlineData(0u, uint.MaxValue, 16384u, false)]
    public void A_strangers_block_counts_only_inside_its_piece(uint piece, uint begin, uint length, bool expected) =>
        new PieceLayout(20_000, 16_384).TryGetBlock(piece, begin, length, out _).Should().Be(expected);
}
