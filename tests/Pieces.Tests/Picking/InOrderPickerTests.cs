using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using static Pieces.Tests.Picking.Pictures;

namespace Pieces.Tests.Picking;

[Trait("Tier", "Pure")]
public class InOrderPickerTests
{
    private static int? Pick(PieceTable table, string peer, double rate = 0, int seed = 1) =>
        new InOrderPicker(table, new Random(seed)).TryPick(Source(peer), rate, out PieceIndex piece) ? piece.Value : null;

    [Fact]
    public void The_first_missing_piece_comes_before_a_rarer_one() =>
        Pick(Table(have: "##......", copies: "99929111"), "########").Should().Be(2);

    [Fact]
    public void Takes_the_rarest_piece_inside_the_window_and_none_beyond_it()
    {
        // There are 8 wanted pieces. The window has 4 pieces, from 2 to 5.
        PieceTable table = Table(have: "##......", copies: "99939211");
        table.MarkOpen(new PieceIndex(2));
        Pick(table, "########").Should().Be(5, "6 is rarer still, but the window ends at 5");
    }

    [Fact]
    public void Takes_nothing_from_a_peer_that_has_only_pieces_beyond_the_window()
    {
        PieceTable table = Table(have: "........", copies: "11111111");
        Pick(table, "....####").Should().BeNull();
    }

    [Fact]
    public void Goes_beyond_the_window_when_nobody_has_its_front()
    {
        PieceTable table = Table(have: "........", copies: "01111111");
        Pick(table, "....####").Should().Be(4);
        Pick(table, "...#####").Should().Be(3, "that is in the window");
    }

    [Fact]
    public void Goes_beyond_the_window_with_a_peer_that_refuses_its_front()
    {
        PieceTable table = Table(have: "........", copies: "11111111");
        table.MarkOpen(new PieceIndex(0));
        var refused = new RefusedPieces(TimeProvider.System);
        refused.Add(new PieceIndex(0), now: 0);
        IPeerPieces source = refused.Without(Source("#...####"), now: 1);
        new InOrderPicker(table, new Random(1)).TryPick(source, 0, out PieceIndex piece).Should().BeTrue();
        piece.Value.Should().Be(4);
    }

    [Fact]
    public void Takes_nothing_when_every_needed_piece_is_open()
    {
        PieceTable table = Table(have: "###.");
        table.MarkOpen(new PieceIndex(3));
        Pick(table, "####").Should().BeNull();
    }

    [Fact]
    public void Takes_nothing_when_everything_is_here() => Pick(Table(have: "####"), "####").Should().BeNull();

    [Fact]
    public void Ties_go_by_chance()
    {
        PieceTable table = Table(have: "........", copies: "11111111");
        table.MarkOpen(new PieceIndex(0));
        Enumerable.Range(0, 100).Select(seed => Pick(table, "########", seed: seed)).Distinct().Should().BeEquivalentTo([1, 2, 3]);
    }

    [Fact]
    public void The_window_counts_wanted_pieces_only()
    {
        PieceTable table = Table(have: "............", wanted: "#..#..#..###", copies: "999999999111");
        table.MarkOpen(new PieceIndex(0));
        Pick(table, "############").Should().Be(9, "the window of four wanted pieces is 0, 3, 6 and 9");
    }

    [Theory]
    [InlineData(1000, 0, 8)]
    [InlineData(40, 0, 5)]
    [InlineData(16, 0, 4)]
    [InlineData(2, 0, 4)]
    [InlineData(1000, 16384 * 3, 30)]
    [InlineData(1000, 16384 * 1000, 125)]
    public void The_window_spans_eight_pieces_or_ten_seconds_within_an_eighth_of_the_wanted(int pieces, double rate, int span) =>
        new InOrderPicker(Table(have: new string('.', pieces)), new Random(1)).Span(rate).Should().Be(span);

    [Fact]
    public void The_window_follows_the_rate_both_ways()
    {
        PieceTable table = Table(have: new string('.', 1000), copies: new string('1', 1000));
        table.MarkOpen(new PieceIndex(0));
        var picker = new InOrderPicker(table, new Random(1));
        var far = new PeerPieces(1000);
        far.Add(new PieceIndex(99));
        picker.TryPick(far, 16384 * 10, out _).Should().BeTrue();
        picker.TryPick(far, 16384 * 9, out _).Should().BeFalse();
        picker.TryPick(far, 16384 * 10, out _).Should().BeTrue();
    }

    [Fact]
    public void Fetches_everything_in_windows_from_front_to_back()
    {
        PieceTable table = Table(have: new string('.', 500));
        var picker = new InOrderPicker(table, new Random(7));
        PeerPieces seed = Source(new string('#', 500));
        for (int i = 0; i < 500; i++)
        {
            int first = table.FirstNeeded;
            picker.TryPick(seed, 0, out PieceIndex piece).Should().BeTrue();
            piece.Value.Should().BeInRange(first, first + 8);
            table.MarkOpen(piece);
            table.MarkVerifying(piece);
            table.MarkHave(piece);
        }

        table.Have.IsFull.Should().BeTrue();
    }
}
