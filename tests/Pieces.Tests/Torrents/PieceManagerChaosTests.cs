using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Torrents;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class PieceManagerChaosTests
{
    [Theory]
    [InlineData(64 * 1024, 16 * 1024 * 1024)]
    [InlineData(16 * 1024, 1024 * 1024)]
    [InlineData(2 * 1024 * 1024, 2 * 1024 * 1024)]
    public void Whatever_peers_do_the_download_ends_and_everything_is_given_back(int pieceLength, int budget)
    {
        for (int seed = 0; seed < 15; seed++)
        {
            var rig = new PieceRig(totalLength: (24L * 64 * PieceRig.KiB) + 777, pieceLength: pieceLength, budget: budget, seed: seed);
            Chaos(rig, new Random(seed));
            PeerState honest = rig.Seed();
            for (int i = 0; i < 4000 && !rig.Manager.IsComplete; i++)
            {
                rig.SendAll(honest, rig.Fill(honest));
                rig.RunDisk();
                rig.Tick(0.5);
            }

            rig.Manager.IsComplete.Should().BeTrue("seed {0}", seed);
            rig.Manager.BytesLeft.Should().Be(0);
            rig.Pool.Rented.Should().Be(0, "seed {0}", seed);
            rig.Budget.Reserved.Should().Be(0, "seed {0}", seed);
            rig.Convicted.Should().NotContain(honest.Id);
        }
    }

    private static void Chaos(PieceRig rig, Random random)
    {
        var peers = new List<PeerState>();
        for (int step = 0; step < 3000; step++)
        {
            if (peers.Count == 0 || random.Next(50) == 0)
                peers.Add(random.Next(2) == 0 ? rig.Seed() : Leecher(rig));
            PeerState peer = peers[random.Next(peers.Count)];
            Act(rig, random, peer);
            if (random.Next(60) == 0 || rig.Convicted.Contains(peer.Id))
            {
                peers.Remove(peer);
                rig.Availability.Leave(peer);
            }

            rig.Manager.BytesLeft.Should().BeGreaterThanOrEqualTo(0);
            rig.Budget.Reserved.Should().BeLessThanOrEqualTo(rig.Budget.Capacity);
            rig.Pool.Rented.Should().BeLessThanOrEqualTo((int)(rig.Budget.Capacity / BlockRequest.MaxLength) + 1);
        }

        foreach (PeerState peer in peers)
            rig.Availability.Leave(peer);
        Enumerable.Range(0, rig.Layout.PieceCount).Should().OnlyContain(i => rig.Table.CopiesOf(i) == 0);
    }

    private static PeerState Leecher(PieceRig rig)
    {
        PeerState peer = rig.Stranger();
        peer.Flags.AmInterested = true;
        peer.OnUnchoked(rig.Now);
        return peer;
    }

    private static void Act(PieceRig rig, Random random, PeerState peer)
    {
        BlockRequest any = rig.Layout.Block(rig.Layout.Piece(random.Next(rig.Layout.PieceCount)), 0);
        BlockRequest oldest = peer.Provider.Requests.Pending.TryPeekOldest(out PendingRequest pending) ? pending.Block : any;
        switch (random.Next(14))
        {
            case 0: rig.Choke(peer, supportsFast: random.Next(2) == 0); break;
            case 1 or 2: peer.OnUnchoked(rig.Now); break;
            case 3: rig.Downloads.OnReject(peer.Provider, random.Next(2) == 0 ? oldest : any); break;
            case 4: rig.Tick(random.Next(20)); break;
            case 5: rig.Send(peer, any); break;
            case 6: rig.Availability.OnHave(peer, (uint)any.Piece.Value); break;
            case 7: rig.Send(peer, oldest, random.Next(20) == 0 ? PieceRig.Bad : PieceRig.Good); break;
            case 8: rig.RunDisk(); break;
            case 9 when random.Next(40) == 0: rig.Availability.OnHaveNone(peer); break;
            case 10 when random.Next(40) == 0: rig.Availability.OnHaveAll(peer); break;
            case 11 when random.Next(100) == 0: rig.Manager.CloseAll(); break;
            case 12: rig.Send(peer, oldest); break;
            default: rig.Fill(peer).Should().OnlyHaveUniqueItems(); break;
        }
    }
}
