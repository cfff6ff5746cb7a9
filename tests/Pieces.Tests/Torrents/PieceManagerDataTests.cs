using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class PieceManagerDataTests
{
    [Fact]
    public void A_piece_counts_when_the_disk_has_it_and_not_before()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState peer = rig.Seed();
        List<BlockRequest> asked = rig.Fill(peer);
        rig.SendAll(peer, asked.Take(3));
        rig.Send(peer, asked[3]).Should().Be(BlockVerdict.Accepted, "an early write is under way, so it is not verified yet");
        rig.Manager.Have.Count.Should().Be(0);
        rig.RunDisk();
        rig.Manager.Have.Count.Should().Be(1);
        rig.Manager.BytesLeft.Should().Be(65536);
        peer.Provider.Requests.Useful.Should().Be(1);
    }

    [Fact]
    public void A_download_ends_with_nothing_left_no_buffer_rented_and_no_memory_reserved()
    {
        var rig = new PieceRig(totalLength: (20 * 65536) + 12345);
        rig.Download((_, _) => PieceRig.Good, rig.Seed(), rig.Seed(), rig.Seed());
        rig.Manager.BytesLeft.Should().Be(0);
        rig.Pool.Rented.Should().Be(0);
        rig.Budget.Reserved.Should().Be(0);
        rig.Disk.Jobs.Should().Be(0);
        rig.Disk.Stored.Should().OnlyHaveUniqueItems().And.HaveCount(21);
        rig.Manager.Received.Total.Should().Be(rig.Layout.TotalLength + rig.Manager.Wasted);
    }

    [Fact]
    public void Only_wanted_pieces_are_fetched_and_count_as_left()
    {
        var rig = new PieceRig(wanted: "#..#....");
        rig.Manager.BytesLeft.Should().Be(2 * 65536);
        rig.Download((_, _) => PieceRig.Good, rig.Seed());
        rig.Disk.Stored.Select(p => p.Value).Should().BeEquivalentTo([0, 3]);
        rig.Manager.BytesLeft.Should().Be(0);
    }

    [Fact]
    public void A_block_that_was_never_asked_for_is_waste_and_a_strike()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        for (uint i = 0; i < 8; i++)
            rig.SendRaw(peer, i, 0, 16384).Should().Be(BlockVerdict.Unsolicited);
        peer.Offences.Should().Be(8);
        rig.Manager.Wasted.Should().Be(8 * 16384);
        rig.Pool.Rented.Should().Be(0);
        rig.Disk.Jobs.Should().Be(0);
    }

    [Theory]
    [InlineData(8, 0, 16384)]
    [InlineData(uint.MaxValue, 0, 16384)]
    [InlineData(0, uint.MaxValue, 1)]
    [InlineData(0, 65536 - 16384 + 1, 16384)]
    public void A_block_that_cannot_be_is_waste_and_a_strike(uint piece, uint begin, int length)
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        rig.Fill(peer);
        rig.SendRaw(peer, piece, begin, length).Should().Be(BlockVerdict.Invalid);
        peer.Offences.Should().Be(1);
        rig.Pool.Rented.Should().Be(0);
    }

    [Theory]
    [InlineData(0, 16383)]
    [InlineData(1, 16384)]
    public void A_block_that_differs_from_what_was_asked_for_is_not_taken(uint begin, int length)
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        rig.Fill(peer);
        rig.SendRaw(peer, 0, begin, length).Should().Be(BlockVerdict.Unsolicited);
        rig.Pool.Rented.Should().Be(0);
    }

    [Fact]
    public void A_copy_is_waste()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        BlockRequest block = rig.Fill(peer)[0];
        rig.Send(peer, block).Should().Be(BlockVerdict.Accepted);
        rig.Send(peer, block).Should().Be(BlockVerdict.Duplicate);
        peer.Offences.Should().Be(0);
        rig.Manager.Wasted.Should().Be(16384);
    }

    [Fact]
    public void Blocks_are_written_as_they_come_while_the_download_is_slow()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        List<BlockRequest> asked = rig.Fill(peer);
        rig.Send(peer, asked[0]);
        rig.Send(peer, asked[1]);
        rig.Disk.WriteJobs.Should().Be(1, "one job for a piece at a time");
        rig.RunDisk();
        rig.Disk.Candidates.Should().HaveCount(2);
        rig.Disk.WriteJobs.Should().Be(2);
        rig.Pool.Rented.Should().Be(2, "they are kept for the hash");
    }

    [Fact]
    public void Blocks_that_no_other_run_can_go_on_from_are_not_written_before_their_piece_nor_at_the_end()
    {
        var rig = new PieceRig();
        rig.Disk.CanResume = false;
        PeerState peer = rig.Seed();
        List<BlockRequest> asked = rig.Fill(peer);
        rig.Send(peer, asked[0]);
        rig.Manager.CloseAll();
        rig.Disk.WriteJobs.Should().Be(0);
        rig.Disk.Jobs.Should().Be(0);
        rig.Manager.Abandon();
        rig.Pool.Rented.Should().Be(0);
    }

    [Fact]
    public void Blocks_wait_for_their_piece_when_the_download_is_fast()
    {
        var rig = new PieceRig(pieces: 10_000);
        PeerState peer = rig.Seed();
        for (int i = 0; i < 20; i++)
        {
            for (int round = 0; round < 20; round++)
                rig.SendAll(peer, rig.Fill(peer));
            rig.RunDisk();
            rig.Tick(0.1);
        }

        int jobs = rig.Disk.WriteJobs;
        rig.SendAll(peer, rig.Fill(peer));
        rig.RunDisk();
        rig.Disk.WriteJobs.Should().Be(jobs);
    }

    [Fact]
    public void A_piece_too_large_for_the_memory_is_written_as_it_comes_and_stays_within_its_share()
    {
        var rig = new PieceRig(pieces: 1, pieceLength: 16 * PieceRig.MiB, budget: 4 * PieceRig.MiB);
        PeerState peer = rig.Seed();
        peer.Provider.Requests.Window.SetLimit(2000);
        int rented = 0;
        while (!rig.Manager.IsComplete)
        {
            rig.SendAll(peer, rig.Fill(peer));
            rented = Math.Max(rented, rig.Pool.Rented);
            rig.RunDisk();
            rig.Time.Advance(TimeSpan.FromMilliseconds(20));
        }

        rented.Should().BeInRange(2, 2 * PieceRig.MiB / 16384);
        rig.Pool.Rented.Should().Be(0);
        rig.Budget.Reserved.Should().Be(0);
        rig.Disk.BlocksReadBack.Should().HaveCountGreaterThan(500);
    }

    [Fact]
    public void Of_a_piece_that_an_earlier_run_began_only_what_is_missing_is_asked_for()
    {
        var rig = new PieceRig();
        rig.Manager.AddCandidate(rig.Layout.Piece(3), [0, 2]).Should().BeTrue();
        rig.Disk.Candidates[(rig.Layout.Piece(3), 0)] = PieceRig.Good;
        rig.Disk.Candidates[(rig.Layout.Piece(3), 2)] = PieceRig.Good;
        PeerState peer = rig.Seed();
        List<BlockRequest> asked = rig.Fill(peer);
        asked.Where(b => b.Piece.Value == 3).Select(b => b.Ordinal).Should().Equal(1, 3);
        rig.SendAll(peer, asked.Where(b => b.Piece.Value == 3));
        rig.RunDisk();
        rig.Manager.Have[3].Should().BeTrue();
        rig.Disk.BlocksReadBack.Should().Equal(0, 2);
    }

    [Fact]
    public void A_piece_that_an_earlier_run_wrote_whole_is_verified_without_asking()
    {
        var rig = new PieceRig(pieces: 1);
        rig.Manager.AddCandidate(rig.Layout.Piece(0), [0, 1, 2, 3]);
        for (int i = 0; i < 4; i++)
            rig.Disk.Candidates[(rig.Layout.Piece(0), i)] = PieceRig.Good;
        rig.Fill(rig.Seed()).Should().BeEmpty();
        rig.RunDisk();
        rig.Manager.IsComplete.Should().BeTrue();
    }

    [Fact]
    public void Nobody_is_blamed_for_bad_blocks_of_an_earlier_run()
    {
        var rig = new PieceRig(pieces: 1);
        rig.Manager.AddCandidate(rig.Layout.Piece(0), [0, 2]);
        rig.Disk.Candidates[(rig.Layout.Piece(0), 0)] = PieceRig.Bad;
        rig.Disk.Candidates[(rig.Layout.Piece(0), 2)] = PieceRig.Good;
        PeerState peer = rig.Seed();
        rig.Download((_, _) => PieceRig.Good, peer);
        rig.Convicted.Should().BeEmpty();
        rig.Manager.Wasted.Should().Be(2 * 16384, "what an earlier run fetched is no waste of this one");
        rig.IsSuspect(peer).Should().BeFalse("the good copy cleared it");
    }

    [Fact]
    public void A_stop_writes_what_is_in_memory_and_gives_all_of_it_back()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        rig.SendAll(peer, rig.Fill(peer).Where(b => b.Ordinal != 1));
        rig.Manager.CloseAll();
        rig.RunDisk();
        rig.Disk.Jobs.Should().Be(0);
        rig.Pool.Rented.Should().Be(0);
        rig.Budget.Reserved.Should().Be(0);
        rig.Disk.Candidates.Should().NotBeEmpty();
        rig.Manager.OpenCount.Should().Be(0);
    }

    [Fact]
    public void When_the_disk_has_failed_everything_held_for_it_is_given_back()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        rig.SendAll(peer, rig.Fill(peer).Where(b => b.Ordinal != 1));
        rig.Disk.Jobs.Should().BePositive("they never report");
        rig.Manager.Abandon();
        rig.Pool.Rented.Should().Be(0);
        rig.Budget.Reserved.Should().Be(0);
    }

    [Fact]
    public void Left_is_never_negative_though_pieces_come_from_everywhere()
    {
        var rig = new PieceRig(totalLength: (50 * 65536) + 1, wanted: "##########" + new string('#', 20) + new string('.', 21));
        rig.Download(
            (_, _) =>
            {
                rig.Manager.BytesLeft.Should().BeInRange(1, 30 * 65536);
                return PieceRig.Good;
            },
            rig.Seed(),
            rig.Seed());
        rig.Manager.BytesLeft.Should().Be(0);
    }
}
