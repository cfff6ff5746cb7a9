using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Tests.Peers;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Torrents;

/// <summary>Effects of a peer that withdraws a piece (BEP 54).</summary>
[Trait("Tier", "Pure")]
public class PeerAvailabilityTests
{
    [Fact]
    public void A_withdrawn_piece_is_no_copy_and_no_reason_to_be_interested()
    {
        var rig = new PieceRig(pieces: 4);
        PeerState peer = rig.Stranger();
        rig.Availability.OnHave(peer, 1);
        rig.Availability.OnWithdrawn(peer, 1);
        (rig.Table.CopiesOf(1), peer.Pieces.Has(new PieceIndex(1)), peer.Provider.IsUseful).Should().Be((0, false, false));
        rig.Availability.Leave(peer);
        rig.Table.CopiesOf(1).Should().Be(0);
    }

    [Fact]
    public void A_seed_that_withdraws_a_piece_is_a_leecher_with_all_others()
    {
        var rig = new PieceRig(pieces: 4);
        PeerState peer = rig.Seed(), other = rig.Seed();
        rig.Availability.OnWithdrawn(peer, 2);
        (rig.Table.Seeds, peer.Pieces.HasAll, peer.Provider.Requests.Useful).Should().Be((1, false, 3));
        Enumerable.Range(0, 4).Select(i => rig.Table.CopiesOf(i)).Should().Equal(2, 2, 1, 2);
        rig.Availability.OnHave(peer, 2);
        (peer.Pieces.HasAll, peer.Provider.Requests.Useful).Should().Be((true, 4));
        rig.Availability.Leave(peer);
        rig.Availability.Leave(other);
        Enumerable.Range(0, 4).Sum(i => rig.Table.CopiesOf(i)).Should().Be(0);
    }

    [Fact]
    public void What_was_requested_of_it_is_requested_of_others_and_may_still_come()
    {
        var rig = new PieceRig(pieces: 2);
        PeerState peer = rig.Seed();
        List<BlockRequest> asked = rig.Fill(peer);
        asked.Should().HaveCount(8);
        rig.Availability.OnWithdrawn(peer, 0);
        peer.Provider.Requests.Pending.Count.Should().Be(4);
        rig.Fill(peer).Should().BeEmpty("it has the other piece alone, which it was asked for");
        PeerState other = rig.Seed();
        rig.Fill(other).Should().BeEquivalentTo(asked.Where(block => block.Piece.Value == 0));
        rig.Send(peer, asked.First(block => block.Piece.Value == 0)).Should().Be(BlockVerdict.Accepted);
        peer.Offences.Should().Be(0);
    }

    [Fact]
    public void A_piece_that_was_left_to_it_alone_is_open_to_others()
    {
        var rig = new PieceRig(pieces: 1);
        PeerState first = rig.Seed(), second = rig.Seed();
        rig.SendAll(first, rig.Fill(first).Take(2), PieceRig.Bad);
        rig.Choke(first, supportsFast: false);
        rig.SendAll(second, rig.Fill(second), PieceRig.Bad);
        rig.RunDisk();
        PeerState third = rig.Seed(), fourth = rig.Seed();
        rig.Fill(third).Should().NotBeEmpty();
        rig.Fill(fourth).Should().BeEmpty("a bad piece is fetched again from one peer");
        rig.Availability.OnWithdrawn(third, 0);
        rig.Fill(fourth).Should().NotBeEmpty();
    }

    [Fact]
    public void Our_interest_is_taken_back_with_the_last_piece()
    {
        var rig = new PieceRig(pieces: 4);
        PeerState peer = rig.Stranger();
        rig.Availability.OnHave(peer, 1);
        rig.Downloads.Serve(peer.Provider);
        peer.Flags.AmInterested.Should().BeTrue();
        rig.Availability.OnWithdrawn(peer, 1);
        rig.Downloads.Tick();
        peer.Flags.AmInterested.Should().BeFalse();
    }

    [Fact]
    public void A_piece_out_of_range_is_an_offence_and_one_that_it_never_had_is_none()
    {
        var rig = new PieceRig(pieces: 4);
        PeerState peer = rig.Stranger(), liar = rig.Stranger();
        for (int i = 0; i < 100; i++)
            rig.Availability.OnWithdrawn(peer, 3);
        (peer.Offences, peer.Ending).Should().Be((0, PeerEnding.Unplanned));
        rig.Availability.OnWithdrawn(liar, 4);
        liar.Ending.Should().Be(PeerEnding.Offence);
        ((FakeLink)liar.Link).ClosedFor.Should().Be("withdrew piece 4 of 4");
    }

    [Fact]
    public void To_have_and_withdraw_a_piece_over_and_over_closes_the_connection()
    {
        var rig = new PieceRig(pieces: 4);
        PeerState peer = rig.Stranger();
        for (uint piece = 0; piece < 4; piece++)
        {
            rig.Availability.OnHave(peer, piece);
            rig.Availability.OnWithdrawn(peer, piece);
        }

        peer.Offences.Should().Be(0, "each piece was withdrawn once");
        for (int i = 0; i < PeerState.MaxOffences; i++)
        {
            peer.Ending.Should().Be(PeerEnding.Unplanned);
            rig.Availability.OnHave(peer, 0);
            rig.Availability.OnWithdrawn(peer, 0);
        }

        peer.Ending.Should().Be(PeerEnding.Offence);
    }

    [Fact]
    public void Bitfields_that_add_pieces_count_what_is_new_and_others_are_offences()
    {
        var rig = new PieceRig(pieces: 16);
        PeerState peer = rig.Stranger();
        rig.Availability.OnBitfield(peer, [0, 0]);
        for (int piece = 0; piece < 16; piece++)
        {
            int bits = 0xFFFF << (15 - piece);
            rig.Availability.OnBitfield(peer, [(byte)(bits >> 8), (byte)bits]);
            (peer.Pieces.Count, peer.Provider.Requests.Useful, peer.Offences).Should().Be((piece + 1, piece + 1, 0));
            Enumerable.Range(0, 16).Sum(i => rig.Table.CopiesOf(i)).Should().Be(piece + 1);
        }

        for (int i = 1; i < PeerState.MaxOffences; i++)
        {
            rig.Availability.OnBitfield(peer, [(byte)(1 << i), 0]);
            peer.Offences.Should().Be(i, "pieces were taken back");
        }

        rig.Availability.Leave(peer);
        Enumerable.Range(0, 16).Sum(i => rig.Table.CopiesOf(i)).Should().Be(0);
    }
}
