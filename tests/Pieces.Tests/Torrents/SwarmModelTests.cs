using Pieces.Primitives;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class SwarmModelTests
{
    private const int MB = 1_000_000;

    private static PieceRig Rig(int megabytes = 64, int pieceLength = 256 * PieceRig.KiB) =>
        new(pieces: megabytes * PieceRig.MiB / pieceLength, pieceLength: pieceLength);

    [Theory]
    [InlineData(64 * 1024)]
    [InlineData(256 * 1024)]
    [InlineData(2 * 1024 * 1024)]
    [InlineData(16 * 1024 * 1024)]
    public void One_far_and_fast_peer_fills_its_link_whatever_the_piece_length(int pieceLength)
    {
        PieceRig rig = Rig(256, pieceLength);
        double seconds = SwarmModel.Run(rig, 30, new ModelPeer(rig.Seed(), latency: 0.1, bytesPerSecond: 62.5 * MB));
        seconds.Should().BeLessThan((rig.Layout.TotalLength / (62.5 * MB)) + 1.5, "slow start and the last round trip cost something");
        rig.Manager.Wasted.Should().Be(0);
    }

    [Fact]
    public void Several_peers_add_up_and_little_is_wasted()
    {
        PieceRig rig = Rig();
        double seconds = SwarmModel.Run(
            rig, 30, new ModelPeer(rig.Seed(), 0.05, 8 * MB), new ModelPeer(rig.Seed(), 0.1, 4 * MB), new ModelPeer(rig.Seed(), 0.02, 2 * MB));
        seconds.Should().BeLessThan((rig.Layout.TotalLength / (14.0 * MB)) + 1);
        rig.Manager.Wasted.Should().BeLessThan(rig.Layout.TotalLength / 100);
    }

    [Fact]
    public void One_near_peer_that_answers_in_order_has_few_pieces_open()
    {
        PieceRig rig = Rig();
        int most = 0;
        int steps = 0;
        SwarmModel.Run(
            rig,
            30,
            () => most = ++steps > 1000 ? Math.Max(most, rig.Manager.OpenCount) : 0,
            new ModelPeer(rig.Seed(), 0.001, 8 * MB));
        most.Should().BeInRange(2, 5, "50 requests of 16 blocks a piece are out");
    }

    [Fact]
    public void A_slow_peer_does_not_hold_up_the_end()
    {
        PieceRig rig = Rig();
        double seconds = SwarmModel.Run(rig, 60, new ModelPeer(rig.Seed(), 0.05, 8 * MB), new ModelPeer(rig.Seed(), 0.05, 10_000));
        seconds.Should().BeLessThan((rig.Layout.TotalLength / (8.0 * MB)) + 1.5);
        rig.Manager.Wasted.Should().BeLessThan(rig.Layout.TotalLength / 100);
    }

    [Fact]
    public void A_silent_peer_costs_less_than_twice_the_honest_time()
    {
        PieceRig rig = Rig(256);
        double honest = rig.Layout.TotalLength / (8.0 * MB);
        var silent = new ModelPeer(rig.Seed(), 0.05, 8 * MB) { Drops = _ => true };
        double seconds = SwarmModel.Run(rig, 120, silent, new ModelPeer(rig.Seed(), 0.05, 8 * MB));
        seconds.Should().BeLessThan(honest * 1.2);
        silent.Asked.Should().BeLessThan(200);
    }

    [Fact]
    public void A_lone_peer_that_loses_requests_now_and_then_completes_the_download()
    {
        PieceRig rig = Rig(16);
        int count = 0;
        var peer = new ModelPeer(rig.Seed(), 0.05, 4 * MB) { Drops = _ => ++count % 50 == 0 };
        SwarmModel.Run(rig, 120, peer);
    }

    [Fact]
    public void Peers_at_one_byte_a_second_do_not_stop_an_honest_one()
    {
        PieceRig rig = Rig();
        ModelPeer[] peers =
        [
            .. Enumerable.Range(0, 20).Select(_ => new ModelPeer(rig.Seed(), 0.05, 1)), new ModelPeer(rig.Seed(), 0.05, 8 * MB),
        ];
        SwarmModel.Run(rig, 60, peers).Should().BeLessThan(rig.Layout.TotalLength / (8.0 * MB) * 2);
    }

    [Fact]
    public void A_peer_that_chokes_and_unchokes_all_the_time_costs_little()
    {
        PieceRig rig = Rig(32);
        var flapping = new ModelPeer(rig.Seed(), 0.05, 8 * MB);
        var honest = new ModelPeer(rig.Seed(), 0.05, 8 * MB);
        int steps = 0;
        double seconds = SwarmModel.Run(rig, 60, () => Flap(rig, flapping, ++steps), flapping, honest);
        seconds.Should().BeLessThan(rig.Layout.TotalLength / (8.0 * MB) * 1.3);
    }

    private static void Flap(PieceRig rig, ModelPeer peer, int step)
    {
        if (step % 40 == 0)
            peer.State.OnUnchoked(rig.Now);
        if (step % 40 != 20)
            return;
        rig.Choke(peer.State, supportsFast: false);
        peer.DropAll();
    }
}
