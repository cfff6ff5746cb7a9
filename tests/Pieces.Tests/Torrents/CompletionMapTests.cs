using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class CompletionMapTests
{
    [Fact]
    public void A_small_torrent_is_mapped_piece_by_piece()
    {
        var have = new Bitfield(5);
        have.Set(1);
        have.Set(4);
        var map = CompletionMap.Of(have);
        Enumerable.Range(0, 5).Select(i => map.ShareOf(i / 5.0, (i + 1) / 5.0)).Should().Equal(0, 1, 0, 0, 1);
        map.ShareOf(0, 1).Should().BeApproximately(0.4, 0.01);
    }

    [Fact]
    public void Only_all_of_a_stretch_is_all_and_only_nothing_is_nothing()
    {
        const int Pieces = 1_000_000;
        Bitfield have = Bitfield.Full(Pieces);
        have.Clear(0);
        CompletionMap.Of(have).ShareOf(0, 0.1).Should().BeInRange(0.9, 0.9999);
        CompletionMap.Of(have).ShareOf(0.5, 1).Should().Be(1);

        var little = new Bitfield(Pieces);
        little.Set(Pieces - 1);
        CompletionMap.Of(little).ShareOf(0.9, 1).Should().BeInRange(0.00001, 0.01);
        CompletionMap.Of(little).ShareOf(0, 0.5).Should().Be(0);
    }

    [Theory]
    [InlineData(CompletionMap.MaxSections, 1)]
    [InlineData(CompletionMap.MaxSections + 1, 0.5)]
    public void One_piece_more_than_sections_shares_a_section(int pieces, double share)
    {
        var have = new Bitfield(pieces);
        have.Set(pieces - 1);
        CompletionMap.Of(have).ShareOf((pieces - 0.5) / pieces, 1).Should().BeApproximately(share, 0.01);
    }

    [Fact]
    public void Nothing_and_all_are_shared_maps()
    {
        CompletionMap.Of(new Bitfield(7)).Should().BeSameAs(CompletionMap.None);
        CompletionMap.Of(Bitfield.Full(7)).Should().BeSameAs(CompletionMap.All);
        CompletionMap.All.ShareOf(0.2, 0.3).Should().Be(1);
        CompletionMap.None.ShareOf(0.2, 0.3).Should().Be(0);
    }

    [Fact]
    public void Bits_in_a_range_are_counted_like_bit_by_bit()
    {
        var random = new Random(7);
        var field = new Bitfield(300);
        for (int i = 0; i < 150; i++)
            field.Set(random.Next(300));
        for (int round = 0; round < 500; round++)
        {
            int start = random.Next(301), end = random.Next(start, 301);
            field.CountIn(start, end).Should().Be(Enumerable.Range(start, end - start).Count(i => field[i]));
        }
    }
}
