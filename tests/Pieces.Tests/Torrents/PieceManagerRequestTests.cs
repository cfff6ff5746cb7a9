using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Torrents;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class PieceManagerRequestTests
{
    [Fact]
    public void A_piece_that_there_is_no_room_to_keep_is_not_asked_for_in_any_way()
    {
        var rig = new PieceRig(pieces: 8);
        rig.Table.DeferAll();
        rig.Table.TryAdmit().Should().BeTrue();
        PeerState seed = rig.Seed(), choking = rig.Stranger();
        rig.Availability.OnHaveAll(choking);
        choking.Flags.AmInterested = true;
        choking.Provider.Requests.AllowFast(new PieceIndex(3));
        rig.Fill(seed).Select(block => block.Piece.Value).Distinct().Should().Equal(0);
        rig.Fill(choking).Should().BeEmpty();
        rig.Table.TryAdmit().Should().BeTrue();
        rig.Fill(seed).Select(block => block.Piece.Value).Distinct().Should().Equal(1);
    }

    [Fact]
    public void A_peer_that_sends_only_have_is_asked()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Stranger();
        rig.Availability.OnHave(peer, 1);
        peer.Provider.IsUseful.Should().BeTrue();
        peer.Flags.AmInterested = true;
        peer.OnUnchoked(rig.Now);
        rig.Fill(peer).Select(b => b.Piece.Value).Should().Equal(1, 1, 1, 1);
    }

    [Fact]
    public void A_peer_with_nothing_we_lack_is_asked_for_nothing()
    {
        var rig = new PieceRig(wanted: "#.......");
        PeerState peer = rig.Stranger();
        rig.Availability.OnBitfield(peer, [0b0111_1111]);
        peer.Provider.IsUseful.Should().BeFalse();
        peer.Flags.AmInterested = true;
        peer.OnUnchoked(rig.Now);
        rig.Fill(peer).Should().BeEmpty();
        rig.Availability.Leave(peer);
    }

    [Fact]
    public void Nothing_is_asked_of_a_peer_that_chokes_or_was_not_told_of_our_interest()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        peer.Flags.AmInterested = false;
        rig.Fill(peer).Should().BeEmpty();
        peer.Flags.AmInterested = true;
        rig.Choke(peer, supportsFast: false);
        rig.Fill(peer).Should().BeEmpty();
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0x80 }, true)]
    [InlineData(new byte[] { 0xFF, 0x40 }, false)]
    [InlineData(new byte[] { 0xFF }, false)]
    [InlineData(new byte[] { 0xFF, 0x80, 0x00 }, false)]
    public void A_bitfield_of_the_wrong_length_or_with_spare_bits_is_refused(byte[] bytes, bool isRight)
    {
        var rig = new PieceRig(pieces: 9);
        PeerState peer = rig.Stranger();
        rig.Availability.OnBitfield(peer, bytes);
        peer.Ending.Should().Be(isRight ? PeerEnding.Unplanned : PeerEnding.Offence);
    }

    [Fact]
    public void A_second_bitfield_replaces_the_first_in_every_count()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Stranger();
        rig.Availability.OnHaveAll(peer);
        rig.Availability.OnBitfield(peer, [0b1100_0000]);
        rig.Availability.OnBitfield(peer, [0b0110_0000]);
        rig.Availability.OnHave(peer, 7);
        Enumerable.Range(0, 8).Select(i => rig.Table.CopiesOf(i)).Should().Equal(0, 1, 1, 0, 0, 0, 0, 1);
        peer.Provider.Requests.Useful.Should().Be(3);
        rig.Availability.OnHaveNone(peer);
        rig.Availability.Leave(peer);
        Enumerable.Range(0, 8).Sum(i => rig.Table.CopiesOf(i)).Should().Be(0);
    }

    [Fact]
    public void Saying_again_what_one_has_is_a_strike_and_having_more_is_none()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Stranger();
        rig.Availability.OnHaveNone(peer);
        peer.Offences.Should().Be(0);
        for (int i = 0; i < 8; i++)
            rig.Availability.OnBitfield(peer, [(byte)(0xFF << (7 - i))]);
        peer.Offences.Should().Be(0, "each of them had one piece more, as those of aria2 have");
        for (int i = 0; i < PeerState.MaxOffences; i++)
            rig.Availability.OnBitfield(peer, [0xFF]);
        peer.Offences.Should().Be(PeerState.MaxOffences);
    }

    [Fact]
    public void Many_requests_are_in_flight_and_no_block_twice()
    {
        var rig = new PieceRig(pieces: 100);
        List<BlockRequest> requests = rig.Fill(rig.Seed());
        requests.Should().HaveCount(RequestWindow.Start).And.OnlyHaveUniqueItems();
        requests.Take(4).Select(b => b.Begin).Should().Equal(0, 16384, 32768, 49152);
    }

    [Fact]
    public void An_open_piece_is_finished_before_another_is_opened()
    {
        var rig = new PieceRig(pieces: 8, pieceLength: 1024 * PieceRig.KiB);
        rig.Fill(rig.Seed()).Select(b => b.Piece.Value).Distinct().Should().Equal(0);
        rig.Fill(rig.Seed()).Select(b => b.Piece.Value).Distinct().Should().Equal([0], "two peers share it");
        rig.Manager.OpenCount.Should().Be(1);
    }

    [Theory]
    [InlineData(65536, 4, 16384)]
    [InlineData(65536 + 1, 1, 1)]
    [InlineData(65536 + 16384, 1, 16384)]
    [InlineData(65536 + 40000, 3, 40000 - 32768)]
    public void The_last_piece_has_its_blocks_whatever_its_length(long totalLength, int blocks, int lastLength)
    {
        var rig = new PieceRig(totalLength: totalLength);
        List<BlockRequest> requests = rig.Fill(rig.Seed());
        int last = rig.Layout.PieceCount - 1;
        requests.Count(b => b.Piece.Value == last).Should().Be(blocks);
        requests.Where(b => b.Piece.Value == last).MaxBy(b => b.Begin).Length.Should().Be(lastLength);
    }

    [Fact]
    public void What_a_leaving_peer_was_asked_for_is_asked_of_others()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState first = rig.Seed();
        List<BlockRequest> asked = rig.Fill(first);
        PeerState second = rig.Seed();
        rig.Fill(second).Should().BeEmpty();
        rig.Availability.Leave(first);
        rig.Fill(second).Should().BeEquivalentTo(asked);
    }

    [Fact]
    public void What_a_choking_peer_was_asked_for_is_asked_of_others_and_may_still_come()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState first = rig.Seed();
        List<BlockRequest> asked = rig.Fill(first);
        rig.Choke(first, supportsFast: false);
        PeerState second = rig.Seed();
        rig.Fill(second).Should().BeEquivalentTo(asked);
        rig.Send(first, asked[0]).Should().Be(BlockVerdict.Accepted);
        first.Offences.Should().Be(0);
    }

    [Fact]
    public void A_peer_with_the_fast_extension_rejects_each_request_itself()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState peer = rig.Seed();
        List<BlockRequest> asked = rig.Fill(peer);
        rig.Choke(peer, supportsFast: true);
        peer.Provider.Requests.Pending.Count.Should().Be(asked.Count);
        foreach (BlockRequest block in asked)
            rig.Downloads.OnReject(peer.Provider, block).Should().BeTrue();
        rig.Downloads.OnReject(peer.Provider, asked[0]).Should().BeFalse();
        rig.Fill(rig.Seed()).Should().BeEquivalentTo(asked);
    }

    [Fact]
    public void A_peer_that_rejects_while_it_does_not_choke_is_left_alone_for_a_moment()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState peer = rig.Seed();
        rig.Downloads.OnReject(peer.Provider, rig.Fill(peer)[0]);
        rig.Fill(peer).Should().BeEmpty();
        rig.Time.Advance(TimeSpan.FromSeconds(RefusedPieces.FirstSeconds));
        rig.Fill(peer).Should().NotBeEmpty();
    }

    [Fact]
    public void An_allowed_fast_piece_is_asked_for_while_choked_and_no_other()
    {
        var rig = new PieceRig();
        PeerState peer = rig.Seed();
        rig.Choke(peer, supportsFast: true);
        peer.Provider.Requests.AllowFast(rig.Layout.Piece(5)).Should().BeTrue();
        rig.Fill(peer).Select(b => b.Piece.Value).Should().Equal(5, 5, 5, 5);
    }

    [Fact]
    public void One_allowed_fast_piece_too_many_is_not_remembered()
    {
        var rig = new PieceRig(pieces: ProviderRequests.MaxAllowedFast + 1);
        PeerState peer = rig.Seed();
        for (int i = 0; i < ProviderRequests.MaxAllowedFast; i++)
            peer.Provider.Requests.AllowFast(rig.Layout.Piece(i)).Should().BeTrue();
        peer.Provider.Requests.AllowFast(rig.Layout.Piece(ProviderRequests.MaxAllowedFast)).Should().BeFalse();
    }

    [Fact]
    public void A_late_request_is_asked_elsewhere_within_twenty_seconds_and_its_answer_is_still_welcome()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState silent = rig.Seed();
        List<BlockRequest> asked = rig.Fill(silent);
        for (int i = 0; i < 19; i++)
            rig.Tick(1);
        PeerState other = rig.Seed();
        rig.Fill(other).Should().BeEquivalentTo(asked);
        rig.Send(silent, asked[0]).Should().Be(BlockVerdict.Accepted);
        rig.Cancels.Should().Contain((other, asked[0]));
        rig.Send(other, asked[0]).Should().Be(BlockVerdict.Duplicate);
        (silent.Offences, other.Offences).Should().Be((0, 0));
    }

    [Fact]
    public void A_request_that_expired_is_cancelled_and_asked_again_of_the_only_peer()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState peer = rig.Seed();
        List<BlockRequest> asked = rig.Fill(peer);
        for (int i = 0; i < 25; i++)
            rig.Tick(1);
        rig.Cancels.Select(c => c.Block).Should().BeEquivalentTo(asked);
        rig.Fill(peer).Should().BeEquivalentTo(asked);
        rig.SendAll(peer, asked);
        rig.RunDisk();
        rig.Manager.IsComplete.Should().BeTrue();
        rig.Manager.Wasted.Should().Be(0);
    }

    [Fact]
    public void A_peer_that_stays_silent_is_snubbed_and_asked_for_one_block()
    {
        var rig = new PieceRig(pieces: 100);
        PeerState peer = rig.Seed();
        for (int i = 0; i < 70; i++)
        {
            rig.Fill(peer);
            rig.Tick(1);
        }

        peer.Provider.Requests.Window.IsSnubbed.Should().BeTrue();
        rig.Availability.Leave(peer);
        PeerState busy = rig.Seed();
        for (int i = 0; i < 70; i++)
        {
            rig.SendAll(busy, rig.Fill(busy).Take(1));
            rig.Tick(1);
        }

        busy.Provider.Requests.Window.IsSnubbed.Should().BeFalse();
    }

    [Fact]
    public void Nothing_is_asked_for_when_the_memory_is_spent_and_all_goes_on_when_it_is_back()
    {
        var rig = new PieceRig(pieces: 40, pieceLength: 2 * PieceRig.MiB);
        for (int i = 0; i < 40; i++)
            rig.Fill(rig.Seed());
        PeerState peer = rig.Seed();
        rig.Fill(peer).Should().BeEmpty();
        rig.Budget.Reserved.Should().BeLessThanOrEqualTo(rig.Budget.Capacity);
    }

    [Fact]
    public void One_peer_cannot_pin_all_of_the_memory()
    {
        var rig = new PieceRig(pieces: 200, pieceLength: PieceRig.MiB);
        PeerState greedy = rig.Seed();
        greedy.Provider.Requests.Window.SetLimit(2000);
        for (int i = 0; i < 30; i++)
        {
            foreach (BlockRequest block in rig.Fill(greedy).Where(b => b.Begin > 0).ToList())
                rig.Send(greedy, block);
            rig.Tick(0.05);
        }

        rig.Budget.Reserved.Should().BeInRange(rig.Budget.Capacity / 2, rig.Budget.Capacity / 4 * 3);
        rig.Fill(rig.Seed()).Should().NotBeEmpty();
    }

    [Fact]
    public void A_piece_that_no_connected_peer_can_finish_gives_way_when_memory_is_needed()
    {
        var rig = new PieceRig(pieces: 16, pieceLength: 2 * PieceRig.MiB);
        PeerState passing = rig.Stranger();
        Ready(rig, passing, piece: 0);
        rig.SendAll(passing, rig.Fill(passing).Take(1));
        rig.Availability.Leave(passing);
        while (rig.Budget.TryReserve(2 * PieceRig.MiB))
        {
        }

        PeerState peer = rig.Stranger();
        Ready(rig, peer, piece: 1);
        rig.Fill(peer).Should().BeEmpty("what came of the other piece is on its way to the disk");
        rig.RunDisk();
        rig.Fill(peer).Should().OnlyContain(b => b.Piece.Value == 1).And.NotBeEmpty();

        // The block that was already received is not requested again.
        rig.Budget.Release(2 * PieceRig.MiB);
        PeerState back = rig.Stranger();
        Ready(rig, back, piece: 0);
        rig.Fill(back).Should().NotBeEmpty().And.NotContain(b => b.Begin == 0);
    }

    private static void Ready(PieceRig rig, PeerState peer, uint piece)
    {
        rig.Availability.OnHave(peer, piece);
        peer.Flags.AmInterested = true;
        peer.OnUnchoked(rig.Now);
    }
}
