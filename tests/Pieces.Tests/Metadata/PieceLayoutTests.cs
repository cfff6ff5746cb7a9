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

    [Theory]
    [InlineData(0, 100, new[] { 0, 1 })]
    [InlineData(0, 64, new[] { 0 })]
    [InlineData(0, 65, new[] { 0, 1 })]
    [InlineData(63, 1, new[] { 0 })]
    [InlineData(63, 2, new[] { 0, 1 })]
    [InlineData(64, 1, new[] { 1 })]
    [InlineData(64, 128, new[] { 1, 2 })]
    [InlineData(10, 190, new[] { 0, 1, 2, 3 })]
    [InlineData(199, 1, new[] { 3 })]
    public void A_file_has_the_pieces_that_hold_its_bytes(long offset, long length, int[] expected)
    {
        PieceRange pieces = new PieceLayout(200, 64).PiecesOf(FileAt(offset, length));
        Indexes(pieces).Should().Equal(expected);
        pieces.Count.Should().Be(expected.Length);
        pieces.IsEmpty.Should().BeFalse();
        pieces.First.Value.Should().Be(expected[0]);
        pieces.Last.Value.Should().Be(expected[^1]);
        pieces.Ends.Select(piece => piece.Value).Should().Equal(expected.Length == 1 ? expected : [expected[0], expected[^1]]);
        Indexes(pieces.Inner).Should().Equal(expected.Skip(1).SkipLast(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(200)]
    public void A_file_without_bytes_has_no_piece_wherever_it_stands(long offset)
    {
        PieceRange pieces = new PieceLayout(200, 64).PiecesOf(FileAt(offset, 0));
        pieces.IsEmpty.Should().BeTrue();
        Indexes(pieces).Should().BeEmpty();
        pieces.Ends.Should().BeEmpty();
        pieces.Inner.IsEmpty.Should().BeTrue();
        pieces.CountSetIn(Bitfield.Full(4)).Should().Be(0);
        pieces.Invoking(none => none.First).Should().Throw<InvalidOperationException>();
        pieces.Invoking(none => none.Last).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(0, 1, new[] { 0 })]
    [InlineData(54, 55, new[] { 1 })]
    [InlineData(53, 55, new[] { 0, 1 })]
    [InlineData(118, 190, new[] { 2, 3 })]
    [InlineData(190, 190, new int[0])]
    [InlineData(191, 190, new int[0])]
    public void A_part_of_a_file_has_the_pieces_that_hold_its_bytes(long start, long end, int[] expected) =>
        Indexes(new PieceLayout(200, 64).PiecesOf(FileAt(10, 190), start, end)).Should().Equal(expected);

    [Fact]
    public void Set_pieces_are_counted_in_a_range_alone()
    {
        var have = new Bitfield(4);
        have.Set(0);
        have.Set(2);
        have.Set(3);
        new PieceLayout(200, 64).PiecesOf(FileAt(64, 128)).CountSetIn(have).Should().Be(1);
    }

    [Fact]
    public void Files_of_random_lengths_share_a_piece_only_where_they_meet_in_it()
    {
        var random = new Random(11);
        for (int round = 0; round < 200; round++)
        {
            long[] lengths = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(3) == 0 ? 0L : random.NextInt64(1, 500))];
            if (lengths.Sum() == 0)
                continue;
            var layout = new PieceLayout(lengths.Sum(), random.Next(1, 200));
            long offset = 0;
            foreach (long length in lengths)
            {
                int[] expected = [.. Enumerable.Range(0, layout.PieceCount).Where(i => Touches(layout, layout.Piece(i), offset, length))];
                Indexes(layout.PiecesOf(FileAt(offset, length))).Should().Equal(expected);
                offset += length;
            }
        }
    }

    private static bool Touches(PieceLayout layout, PieceIndex piece, long offset, long length) =>
        layout.OffsetOf(piece) < offset + length && layout.OffsetOf(piece) + layout.LengthOf(piece) > offset && length > 0;

    private static FileEntry FileAt(long offset, long length) => new(0, ["a"], ["a"], offset, length, TorrentFileAttributes.None);

    private static List<int> Indexes(PieceRange pieces)
    {
        List<int> indexes = [];
        foreach (PieceIndex piece in pieces)
            indexes.Add(piece.Value);
        return indexes;
    }
}
