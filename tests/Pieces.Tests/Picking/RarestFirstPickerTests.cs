using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using static Pieces.Tests.Picking.Pictures;

namespace Pieces.Tests.Picking;

[Trait("Tier", "Pure")]
public class RarestFirstPickerTests
{
    private static int? Pick(PieceTable table, string peer, int seed = 1) =>
        new RarestFirstPicker(table, new Random(seed)).TryPick(Source(peer), 0, out PieceIndex piece) ? piece.Value : null;

    [Fact]
    public void Takes_the_rarest_piece_that_the_peer_has() =>
        Pick(Table(have: "####......", copies: "9999534219"), "########.#").Should().Be(7, "8 is rarer, but the peer lacks it");

    [Fact]
    public void Ties_go_by_chance() =>
        Enumerable.Range(0, 200).Select(seed => Pick(Table(have: "####....", copies: "99992225"), "########", seed)).Distinct()
            .Should().BeEquivalentTo([4, 5, 6]);

    [Fact]
    public void The_very_first_pieces_are_taken_at_random() =>
        Enumerable.Range(0, 200).Select(seed => Pick(Table(have: "###...", copies: "999129"), "######", seed)).Distinct()
            .Should().BeEquivalentTo([3, 4, 5]);

    [Fact]
    public void Takes_nothing_when_the_peer_has_nothing_that_is_missing() =>
        Pick(Table(have: "####..", copies: "111111"), "####..").Should().BeNull();

    [Fact]
    public void Follows_the_counts_as_they_change()
    {
        PieceTable table = Table(have: "####..", copies: "111121");
        var picker = new RarestFirstPicker(table, new Random(1));
        picker.TryPick(Source("######"), 0, out PieceIndex first);
        table.AddCopies(Bits(".....#"));
        table.AddCopies(Bits(".....#"));
        picker.TryPick(Source("######"), 0, out PieceIndex second);
        first.Value.Should().Be(5);
        second.Value.Should().Be(4);
    }

    [Fact]
    public void Finds_the_only_rare_pieces_among_a_million()
    {
        const int Count = 1_000_000;
        PieceTable table = Table(have: "####" + new string('.', Count - 4));
        var source = new PeerPieces(Count);
        source.SetAll();
        table.AddSeed();
        Bitfield common = Bitfield.Full(Count);
        common.Clear(777_777);
        common.Clear(4711);
        table.AddCopies(common);
        var picker = new RarestFirstPicker(table, new Random(3));
        var picked = new List<int>();
        for (int i = 0; i < 3; i++)
        {
            picker.TryPick(source, 0, out PieceIndex piece).Should().BeTrue();
            table.MarkOpen(piece);
            picked.Add(piece.Value);
        }

        picked.Take(2).Should().BeEquivalentTo([4711, 777_777]);
    }

    [Fact]
    public void Fetches_everything_though_the_list_of_the_rarest_is_short()
    {
        const int Count = 5000;
        PieceTable table = Table(have: new string('.', Count));
        table.AddSeed();
        var source = new PeerPieces(Count);
        source.SetAll();
        var picker = new RarestFirstPicker(table, new Random(3));
        for (int i = 0; i < Count; i++)
        {
            picker.TryPick(source, 0, out PieceIndex piece).Should().BeTrue();
            table.MarkOpen(piece);
            table.MarkVerifying(piece);
            table.MarkHave(piece);
        }

        picker.TryPick(source, 0, out _).Should().BeFalse();
    }
}
