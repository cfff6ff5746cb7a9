using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class BlameLedgerTests
{
    private readonly BlameLedger _ledger = new();
    private readonly List<SenderId> _convicted = [];

    private static BlockDigest[] Digests(params byte[] contents) => Array.ConvertAll(contents, c => new BlockDigest([c]));

    private static SenderId[] Senders(params int[] ids) => Array.ConvertAll(ids, id => new SenderId(id));

    private void Record(int piece, byte[] contents, params int[] senders) =>
        _ledger.Record(new PieceIndex(piece), Digests(contents), Senders(senders), _convicted);

    private void Resolve(int piece, params byte[] contents) => _ledger.Resolve(new PieceIndex(piece), Digests(contents), _convicted);

    [Fact]
    public void Only_the_senders_of_blocks_that_differ_are_convicted()
    {
        Record(0, [1, 2, 9, 4], 1, 2, 3, 1);
        Resolve(0, 1, 2, 3, 4);
        _convicted.Should().Equal(new SenderId(3));
        _ledger.IsSuspect(new SenderId(1)).Should().BeFalse();
        _ledger.Blocks.Should().Be(0);
    }

    [Fact]
    public void Every_bad_copy_is_compared()
    {
        Record(0, [9, 2], 1, 2);
        Record(0, [1, 9], 4, 3);
        Resolve(0, 1, 2);
        _convicted.Should().BeEquivalentTo(Senders(1, 3));
    }

    [Fact]
    public void Suspicion_lasts_till_the_last_piece_is_cleared_up()
    {
        Record(0, [9, 2], 1, 2);
        Record(1, [9, 2], 1, 3);
        Resolve(0, 1, 2);
        _ledger.IsSuspect(new SenderId(1)).Should().BeTrue();
        _ledger.IsSuspect(new SenderId(2)).Should().BeFalse();
        Resolve(1, 1, 2);
        _ledger.IsSuspect(new SenderId(1)).Should().BeFalse();
    }

    [Fact]
    public void A_lone_sender_is_convicted_only_when_every_block_is_known_to_be_its_own()
    {
        Record(0, [1, 9], 0, 5);
        _convicted.Should().BeEmpty();
        Record(1, [1, 9], 5, 5);
        _convicted.Should().Equal(new SenderId(5));
    }

    [Fact]
    public void Blocks_found_on_the_disk_are_nobodys()
    {
        Record(0, [1, 9], 0, 0);
        Resolve(0, 1, 2);
        _convicted.Should().BeEmpty();
        _ledger.IsSuspect(SenderId.None).Should().BeFalse();
    }

    [Fact]
    public void One_block_more_than_fits_lets_the_oldest_piece_go()
    {
        const int Half = BlameLedger.MaxBlocks / 2;
        for (int piece = 0; piece < 3; piece++)
        {
            var senders = new SenderId[Half + (piece == 2 ? 1 : 0)];
            Array.Fill(senders, new SenderId(piece + 1));
            senders[0] = new SenderId(9);
            _ledger.Record(new PieceIndex(piece), new BlockDigest[senders.Length], senders, _convicted);
            _ledger.Blocks.Should().BeLessThanOrEqualTo(BlameLedger.MaxBlocks);
        }

        _ledger.IsSuspect(new SenderId(1)).Should().BeFalse();
        _ledger.IsSuspect(new SenderId(3)).Should().BeTrue();
    }
}
