using Pieces.Metadata;
using Pieces.Picking;
using Pieces.Primitives;
using static Pieces.Tests.Picking.Pictures;

namespace Pieces.Tests.Picking;

[Trait("Tier", "Pure")]
public class PieceTableTests
{
    [Fact]
    public void Begins_with_what_is_wanted_and_what_is_here()
    {
        PieceTable table = Table(have: "#.#.", wanted: "##..");
        Enumerable.Range(0, 4).Select(i => table.StatusOf(new PieceIndex(i))).Should().Equal(
            PieceStatus.Have, PieceStatus.Missing, PieceStatus.Have, PieceStatus.Unwanted);
        table.FirstNeeded.Should().Be(1);
        table.Needed.Count.Should().Be(1);
    }

    [Fact]
    public void A_piece_goes_from_missing_over_open_and_verifying_to_have()
    {
        PieceTable table = Table(have: "..");
        var piece = new PieceIndex(0);
        table.MarkOpen(piece);
        table.Missing[piece].Should().BeFalse();
        table.Needed[piece].Should().BeTrue("it is not here yet");
        table.MarkVerifying(piece);
        table.MarkHave(piece);
        table.StatusOf(piece).Should().Be(PieceStatus.Have);
        table.Have[piece].Should().BeTrue();
        table.FirstNeeded.Should().Be(1);
    }

    [Fact]
    public void A_step_that_skips_a_state_is_refused()
    {
        PieceTable table = Table(have: "..");
        var piece = new PieceIndex(0);
        table.Invoking(t => t.MarkHave(piece)).Should().Throw<InvalidOperationException>();
        table.Invoking(t => t.MarkVerifying(piece)).Should().Throw<InvalidOperationException>();
        table.MarkOpen(piece);
        table.Invoking(t => t.MarkOpen(piece)).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Nothing_is_needed_once_every_wanted_piece_is_here() =>
        Table(have: "##..", wanted: "##..").FirstNeeded.Should().Be(-1);

    [Fact]
    public void Deferred_pieces_are_needed_and_become_missing_one_after_the_other()
    {
        PieceTable table = Table(have: "#....", wanted: "##.##");
        table.DeferAll();
        table.Deferred.Should().Be(3);
        table.Missing.Count.Should().Be(0);
        table.FirstNeeded.Should().Be(1);
        table.Invoking(t => t.MarkOpen(new PieceIndex(1))).Should().Throw<InvalidOperationException>();
        foreach (int admitted in new[] { 1, 3, 4 })
        {
            table.TryAdmit().Should().BeTrue();
            table.StatusOf(new PieceIndex(admitted)).Should().Be(PieceStatus.Missing);
            table.Missing[admitted].Should().BeTrue();
        }

        table.TryAdmit().Should().BeFalse();
        table.Deferred.Should().Be(0);
    }

    [Fact]
    public void Counts_copies_of_single_pieces_and_of_seeds()
    {
        PieceTable table = Table(have: "...", copies: "012");
        table.AddSeed();
        table.AddCopies(Bits("##."));
        table.RemoveCopies(Bits(".#."));
        Enumerable.Range(0, 3).Select(i => table.CopiesOf(i)).Should().Equal(2, 2, 3);
        table.RemoveSeed();
        Enumerable.Range(0, 3).Select(i => table.CopiesOf(i)).Should().Equal(1, 1, 2);
    }

    [Fact]
    public void A_million_pieces_cost_at_most_twelve_bytes_each()
    {
        var layout = new PieceLayout(1_000_000L * 16384, 16384);
        var wanted = Bitfield.Full(layout.PieceCount);
        var have = new Bitfield(layout.PieceCount);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var table = new PieceTable(layout, wanted, have);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(12 * 1_000_000);
        table.Missing.Count.Should().Be(1_000_000);
    }
}
