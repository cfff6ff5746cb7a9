using Pieces.Metadata;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Tests.Picking;

[Trait("Tier", "Pure")]
public class OpenPiecesTests
{
    private const int MiB = 1024 * 1024;

    private readonly MemoryBudget _budget = new(16 * MiB);
    private readonly SenderId _peer = new(1);

    private (OpenPieces Pieces, PieceTable Table) Make(int pieceLength, int count)
    {
        var table = new PieceTable(new PieceLayout((long)pieceLength * count, pieceLength), Bitfield.Full(count), new Bitfield(count));
        return (new OpenPieces(table, _budget), table);
    }

    private static PieceIndex Piece(int index) => new(index);

    [Fact]
    public void A_small_piece_reserves_its_whole_length()
    {
        (OpenPieces pieces, _) = Make(2 * MiB, 4);
        pieces.TryOpen(Piece(0), _peer, 16 * MiB, 0, out PieceAssembly? assembly).Should().BeTrue();
        assembly!.IsLarge.Should().BeFalse();
        _budget.Reserved.Should().Be(2 * MiB);
        pieces.ReservedBy(_peer).Should().Be(2 * MiB);
    }

    [Fact]
    public void Nothing_is_opened_when_the_budget_is_spent()
    {
        (OpenPieces pieces, PieceTable table) = Make(2 * MiB, 9);
        for (int i = 0; i < 8; i++)
            pieces.TryOpen(Piece(i), _peer, 16 * MiB, 0, out _).Should().BeTrue();
        pieces.TryOpen(Piece(8), _peer, 16 * MiB, 0, out _).Should().BeFalse();
        table.StatusOf(Piece(8)).Should().Be(PieceStatus.Missing);
    }

    [Fact]
    public void A_large_piece_reserves_a_share_and_asks_for_no_more_than_that()
    {
        (OpenPieces pieces, _) = Make(512 * MiB, 2);
        pieces.TryOpen(Piece(0), _peer, 16 * MiB, 0, out PieceAssembly? assembly).Should().BeTrue();
        assembly!.IsLarge.Should().BeTrue();
        _budget.Reserved.Should().Be(8 * MiB);
        int asked = 0;
        for (; assembly.HasRoom; asked++)
            assembly.Blocks.Ask(asked, isShared: false);
        asked.Should().Be(512);
    }

    [Fact]
    public void Closing_and_finishing_give_the_share_back()
    {
        (OpenPieces pieces, PieceTable table) = Make(MiB, 4);
        pieces.TryOpen(Piece(0), _peer, 16 * MiB, 0, out PieceAssembly? closed);
        pieces.TryOpen(Piece(1), _peer, 16 * MiB, 0, out PieceAssembly? finished);
        pieces.Close(closed!).Should().BeFalse("no block of it is on the disk");
        pieces.BeginVerifying(finished!);
        pieces.Finish(finished!);
        _budget.Reserved.Should().Be(0);
        pieces.ReservedBy(_peer).Should().Be(0);
        table.StatusOf(Piece(0)).Should().Be(PieceStatus.Missing);
        table.StatusOf(Piece(1)).Should().Be(PieceStatus.Have);
        pieces.Count.Should().Be(0);
    }

    [Fact]
    public void A_parked_piece_goes_on_where_it_stopped()
    {
        (OpenPieces pieces, _) = Make(MiB, 4);
        pieces.Park(Piece(2), [0, 1, 63]).Should().BeTrue();
        pieces.TryOpen(Piece(2), _peer, 16 * MiB, 0, out PieceAssembly? assembly).Should().BeTrue();
        assembly!.Blocks.Free.Should().Be(61);
        assembly.Blocks.NextFree(0).Should().Be(2);
    }

    [Fact]
    public void One_parked_piece_too_many_is_refused()
    {
        (OpenPieces pieces, _) = Make(32768, OpenPieces.MaxParked + 1);
        for (int i = 0; i < OpenPieces.MaxParked; i++)
            pieces.Park(Piece(i), [0]).Should().BeTrue();
        pieces.Park(Piece(OpenPieces.MaxParked), [0]).Should().BeFalse();
    }

    [Fact]
    public void A_rejected_piece_is_asked_for_in_the_order_in_which_it_was_opened()
    {
        (OpenPieces pieces, _) = Make(MiB, 4);
        pieces.TryOpen(Piece(0), _peer, 16 * MiB, 0, out PieceAssembly? first);
        pieces.TryOpen(Piece(1), _peer, 16 * MiB, 0, out PieceAssembly? second);
        pieces.BeginVerifying(first!);
        pieces.Reopen(first!, 0);
        pieces.Askable.Should().Equal(first!, second!);
        first!.IsRefetch.Should().BeTrue();
        _budget.Reserved.Should().Be(2 * MiB);
    }
}
