using Pieces.Metadata;
using Pieces.Picking;
using Pieces.Primitives;
using static Pieces.Tests.Picking.Pictures;

namespace Pieces.Tests.Picking;

/// <summary>Pieces that only seeds have.</summary>
[Trait("Tier", "Pure")]
public class LonelyPiecesTests
{
    [Fact]
    public void All_are_lonely_until_somebody_comes_and_seeds_do_not_count()
    {
        PieceTable table = Table(have: "#...", wanted: "##..");
        (table.Unreplicated, table.UnreplicatedNeeded).Should().Be((4, 1));
        table.AddSeed();
        (table.Unreplicated, table.UnreplicatedNeeded).Should().Be((4, 1));
        table.AddCopies(Bits("##.."));
        (table.Unreplicated, table.UnreplicatedNeeded).Should().Be((2, 0));
        table.AddCopy(new PieceIndex(1));
        table.RemoveCopies(Bits("##.."));
        (table.Unreplicated, table.UnreplicatedNeeded).Should().Be((3, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Counts_agree_with_a_count_from_scratch_whatever_happens(int seed)
    {
        const int Pieces = 40;
        var random = new Random(seed);
        var layout = new PieceLayout(Pieces * 16384L, 16384);
        var table = new PieceTable(layout, Some(random, 0.8), Some(random, 0.2));
        var peers = new List<Bitfield>();
        for (int step = 0; step < 3000; step++)
        {
            Step(random, table, peers);
            bool[] isLonely = [.. Enumerable.Range(0, Pieces).Select(piece => !peers.Exists(bits => bits[piece]))];
            table.Unreplicated.Should().Be(isLonely.Count(lonely => lonely), "step {0}", step);
            table.UnreplicatedNeeded.Should().Be(
                Enumerable.Range(0, Pieces).Count(piece => isLonely[piece] && table.Wanted[piece] && !table.Have[piece]), "step {0}", step);
            for (int piece = 0; piece < Pieces; piece++)
                (table.CopiesOf(piece) == table.Seeds).Should().Be(isLonely[piece]);
        }

        table.Have.Count.Should().BeGreaterThan(Pieces / 2, "pieces were stored on the way");
    }

    private static Bitfield Some(Random random, double share)
    {
        var bits = new Bitfield(40);
        for (int i = 0; i < bits.Length; i++)
        {
            if (random.NextDouble() < share)
                bits.Set(i);
        }

        return bits;
    }

    private static void Step(Random random, PieceTable table, List<Bitfield> peers)
    {
        switch (random.Next(8))
        {
            case 0 when peers.Count < 6:
                peers.Add(Some(random, random.NextDouble() / 3));
                table.AddCopies(peers[^1]);
                break;
            case 1 when peers.Count > 0:
                int gone = random.Next(peers.Count);
                table.RemoveCopies(peers[gone]);
                peers.RemoveAt(gone);
                break;
            case 2:
                table.AddSeed();
                break;
            case 3 when table.Seeds > 0:
                table.RemoveSeed();
                break;
            case 4 when random.Next(20) == 0 && table.Missing.NextSet(0) >= 0:
                PieceIndex piece = table.Layout.Piece(table.Missing.NextSet(0));
                table.MarkOpen(piece);
                table.MarkVerifying(piece);
                table.MarkHave(piece);
                break;
            default:
                PieceIndex news = table.Layout.Piece(random.Next(table.Layout.PieceCount));
                if (peers.Count > 0 && peers[random.Next(peers.Count)] is var bits && bits.Set(news))
                    table.AddCopy(news);
                break;
        }
    }
}
