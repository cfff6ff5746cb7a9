using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Torrents;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class PieceManagerBlameTests
{
    [Fact]
    public void A_lone_sender_of_a_bad_piece_is_convicted_at_once()
    {
        var rig = new PieceRig(pieces: 1);
        PeerState liar = rig.Seed();
        rig.SendAll(liar, rig.Fill(liar), PieceRig.Bad);
        rig.RunDisk();
        rig.Convicted.Should().Equal(liar.Id);
        rig.Manager.Have.Count.Should().Be(0);
        rig.Pool.Rented.Should().Be(0);
    }

    [Fact]
    public void Nobody_is_convicted_of_a_piece_with_several_senders_before_a_good_copy_came()
    {
        var rig = new PieceRig(pieces: 1);
        PeerState honest = rig.Seed();
        PeerState liar = rig.Seed();
        List<BlockRequest> asked = rig.Fill(honest);
        rig.SendAll(honest, asked.Take(3));
        rig.Choke(honest, supportsFast: false);
        rig.SendAll(liar, rig.Fill(liar), PieceRig.Bad);
        rig.RunDisk();
        rig.Convicted.Should().BeEmpty();
        rig.IsSuspect(honest).Should().BeTrue();
        rig.IsSuspect(liar).Should().BeTrue();

        PeerState third = rig.Seed();
        rig.Fill(liar).Should().BeEmpty("someone who is not under suspicion comes first");
        rig.SendAll(third, rig.Fill(third));
        rig.RunDisk();
        rig.Convicted.Should().Equal(liar.Id);
        rig.IsSuspect(honest).Should().BeFalse();
        rig.Manager.IsComplete.Should().BeTrue();
    }

    [Fact]
    public void A_bad_piece_is_fetched_again_from_one_peer()
    {
        var rig = new PieceRig(pieces: 1, pieceLength: 2 * PieceRig.MiB);
        PeerState[] peers = [rig.Seed(), rig.Seed()];
        while (rig.Disk.Stored.Count == 0 && !rig.IsSuspect(peers[0]))
        {
            foreach (PeerState peer in peers)
                rig.SendAll(peer, rig.Fill(peer), peer == peers[0] ? PieceRig.Bad : PieceRig.Good);
            rig.RunDisk();
        }

        PeerState first = rig.Seed();
        PeerState second = rig.Seed();
        rig.Fill(first).Should().NotBeEmpty();
        rig.Fill(second).Should().BeEmpty();
        rig.Availability.Leave(first);
        rig.Fill(second).Should().NotBeEmpty("the first one is gone");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_peer_whose_blocks_are_bad_is_banned_after_at_most_three_bad_pieces_and_the_honest_ones_stay(int everyNth)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var rig = new PieceRig(pieces: 40, pieceLength: 512 * PieceRig.KiB, seed: seed);
            PeerState liar = rig.Seed();
            int sent = 0;
            rig.Download(
                (peer, _) => peer == liar && sent++ % everyNth == 0 ? PieceRig.Bad : PieceRig.Good, liar, rig.Seed(), rig.Seed());
            rig.Convicted.Distinct().Should().Equal([liar.Id], "seed {0}", seed);
            rig.Manager.Wasted.Should().BeLessThanOrEqualTo(6 * 512 * PieceRig.KiB, "seed {0}", seed);
            rig.Pool.Rented.Should().Be(0);
            rig.Budget.Reserved.Should().Be(0);
        }
    }

    [Fact]
    public void A_download_from_two_suspects_alone_still_ends()
    {
        var rig = new PieceRig(pieces: 12, pieceLength: 512 * PieceRig.KiB);
        PeerState liar = rig.Seed();
        PeerState honest = rig.Seed();
        rig.Download((peer, _) => peer == liar ? PieceRig.Bad : PieceRig.Good, liar, honest);
        rig.Convicted.Distinct().Should().Equal(liar.Id);
    }

    [Fact]
    public void A_bad_piece_too_large_for_the_memory_leads_to_its_sender_too()
    {
        var rig = new PieceRig(pieces: 2, pieceLength: 4 * PieceRig.MiB, budget: 4 * PieceRig.MiB);
        PeerState liar = rig.Seed();
        rig.Download((peer, block) => peer == liar && block.Begin == 0 ? PieceRig.Bad : PieceRig.Good, liar, rig.Seed(), rig.Seed());
        rig.Convicted.Distinct().Should().Equal(liar.Id);
        rig.Disk.Candidates.Should().BeEmpty();
        rig.Pool.Rented.Should().Be(0);
    }
}
