using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;
using static Pieces.Tests.Picking.Pictures;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class StreamRetentionTests
{
    private readonly HashSet<int> _busy = [];
    private readonly List<int> _dropped = [];
    private int _peers;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(9, 5)]
    [InlineData(256, 128)]
    public void Half_of_the_room_may_be_offered_and_two_slots_are_always_the_readers(int slots, int most) =>
        StreamRetention.MostOffered(slots).Should().Be(most);

    [Fact]
    public void Only_so_many_pieces_may_be_begun_as_there_is_room_for()
    {
        PieceTable table = Table("..........", wanted: "#.########");
        _ = Retain(table, 4);
        MissingOf(table).Should().Equal(0, 2, 3, 4);
        table.Deferred.Should().Be(5);
    }

    [Fact]
    public void A_piece_that_was_read_makes_room_for_one_more()
    {
        PieceTable table = Table("..........");
        StreamRetention retention = Retain(table, 4);
        Store(table, retention, 0);
        MissingOf(table).Should().Equal(1, 2, 3);
        retention.OnTaken(1);
        MissingOf(table).Should().Equal(1, 2, 3, 4);
        _dropped.Should().Equal(0);
        retention.Offered.Count.Should().Be(0);
    }

    [Fact]
    public void A_piece_that_nobody_reads_makes_room_once_it_is_stored()
    {
        // The reader passes a piece that contains only padding before the piece has arrived.
        PieceTable table = Table("..........");
        StreamRetention retention = Retain(table, 4);
        retention.OnTaken(2);
        _dropped.Should().BeEmpty();
        Store(table, retention, 1).Should().BeFalse("it is gone at once");
        _dropped.Should().Equal(1);
        table.Deferred.Should().Be(5);
    }

    [Fact]
    public void A_piece_that_a_peer_was_told_of_stays_until_the_peer_has_it()
    {
        PieceTable table = Table("..........");
        StreamRetention retention = Retain(table, 4);
        _peers = 1;
        Store(table, retention, 0).Should().BeTrue();
        Store(table, retention, 1).Should().BeTrue();
        Store(table, retention, 2).Should().BeFalse("half of the room is offered");
        retention.OnTaken(3);
        _dropped.Should().Equal(2);
        retention.Offered.Count.Should().Be(2);

        table.AddCopy(new PieceIndex(1));
        Tend(retention).Should().BeEmpty("nothing is here that was not offered");
        _dropped.Should().Equal(2, 1);
        MissingOf(table).Should().Equal(3, 4, 5);
    }

    [Fact]
    public void Room_that_comes_free_is_offered_again()
    {
        PieceTable table = Table("..........");
        StreamRetention retention = Retain(table, 6);
        _peers = 1;
        for (int i = 0; i < 4; i++)
            Store(table, retention, i).Should().Be(i < 3);
        retention.OnTaken(1);
        _dropped.Should().BeEmpty();
        _peers = 0;
        Tend(retention).Should().Equal(3);
        _dropped.Should().Equal(0);
    }

    [Fact]
    public void A_piece_that_is_being_sent_stays_a_little_longer_and_is_not_offered()
    {
        PieceTable table = Table("..........");
        StreamRetention retention = Retain(table, 4);
        Store(table, retention, 0);
        _busy.Add(0);
        retention.OnTaken(1);
        _dropped.Should().BeEmpty();
        retention.Offered.Count.Should().Be(0);
        table.Deferred.Should().Be(6);
        _busy.Clear();
        Tend(retention).Should().BeEmpty();
        _dropped.Should().Equal(0);
        table.Deferred.Should().Be(5);
    }

    [Fact]
    public void Everything_stays_and_is_offered_when_all_of_it_fits()
    {
        PieceTable table = Table("....");
        StreamRetention retention = Retain(table, 4);
        for (int i = 0; i < 4; i++)
            Store(table, retention, i).Should().BeTrue();
        retention.OnTaken(4);
        _dropped.Should().BeEmpty();
        retention.Offered.IsFull.Should().BeTrue();
    }

    [Fact]
    public void Waits_for_the_reader_while_what_it_needs_next_is_here()
    {
        PieceTable table = Table("..........", wanted: "#.########");
        StreamRetention retention = Retain(table, 4);
        Store(table, retention, 2);
        retention.WaitsForReader.Should().BeFalse();
        Store(table, retention, 0);
        retention.WaitsForReader.Should().BeTrue();
        retention.OnTaken(1);
        retention.WaitsForReader.Should().BeTrue("the next wanted piece is here");
        retention.OnTaken(3);
        retention.WaitsForReader.Should().BeFalse();
    }

    private StreamRetention Retain(PieceTable table, int slots) => new(table, slots, () => _peers, piece =>
    {
        if (_busy.Contains(piece.Value))
            return false;
        _dropped.Add(piece.Value);
        return true;
    });

    private static bool Store(PieceTable table, StreamRetention retention, int index)
    {
        var piece = new PieceIndex(index);
        table.MarkOpen(piece);
        table.MarkVerifying(piece);
        table.MarkHave(piece);
        return retention.OnStored(piece);
    }

    private static IEnumerable<int> Tend(StreamRetention retention)
    {
        var offered = new List<PieceIndex>();
        retention.Tend(offered);
        return offered.Select(piece => piece.Value);
    }

    private static IEnumerable<int> MissingOf(PieceTable table) => Enumerable.Range(0, table.Missing.Length).Where(i => table.Missing[i]);
}
