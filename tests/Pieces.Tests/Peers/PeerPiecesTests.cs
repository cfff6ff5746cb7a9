using Pieces.Peers;
using Pieces.Primitives;
using static Pieces.Tests.Picking.Pictures;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerPiecesTests
{
    [Fact]
    public void Begins_with_nothing()
    {
        var pieces = new PeerPieces(3);
        pieces.Has(new PieceIndex(1)).Should().BeFalse();
        pieces.NextCommon(Bits("###"), 0).Should().Be(-1);
        pieces.HasAll.Should().BeFalse();
    }

    [Fact]
    public void A_full_bitfield_is_kept_as_one_value()
    {
        PeerPieces pieces = Source("###");
        pieces.IsWhole.Should().BeTrue();
        pieces.Bits.Should().BeNull();
        pieces.Add(new PieceIndex(1)).Should().BeFalse();
        pieces.CountCommon(Bits("#.#")).Should().Be(2);
    }

    [Fact]
    public void Pieces_that_come_one_by_one_make_it_complete_in_the_end()
    {
        var pieces = new PeerPieces(2);
        pieces.Add(new PieceIndex(0)).Should().BeTrue();
        pieces.Add(new PieceIndex(0)).Should().BeFalse();
        pieces.Add(new PieceIndex(1)).Should().BeTrue();
        pieces.HasAll.Should().BeTrue();
    }

    [Fact]
    public void Came_empty_who_said_so_first()
    {
        PeerPieces empty = new(2), emptyBits = new(2), other = new(2), silent = new(2);
        empty.Clear();
        empty.Add(new PieceIndex(0));
        emptyBits.Replace(new Bitfield(2));
        emptyBits.SetAll();
        other.Replace(Bits("#."));
        other.Clear();
        silent.Add(new PieceIndex(0));
        new[] { empty, emptyBits, other, silent }.Select(pieces => pieces.CameEmpty).Should().Equal(true, true, false, false);
    }

    [Fact]
    public void Finds_what_is_common_from_any_start()
    {
        string mine = string.Concat(Enumerable.Range(0, 300).Select(i => i % 7 == 0 ? '#' : '.'));
        string other = string.Concat(Enumerable.Range(0, 300).Select(i => i % 5 == 0 ? '#' : '.'));
        PeerPieces pieces = Source(mine);
        for (int start = 0; start <= 300; start++)
        {
            int expected = (start + 34) / 35 * 35;
            pieces.NextCommon(Bits(other), start).Should().Be(expected < 300 ? expected : -1, "start {0}", start);
        }
    }
}
