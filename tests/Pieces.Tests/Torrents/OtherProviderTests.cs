using Pieces.Metadata;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Storage;
using Pieces.Tests.Peers;
using Pieces.Torrents.Crowd;

namespace Pieces.Tests.Torrents;

/// <summary>A provider of blocks that is not a peer takes part in a download as peers do, but does not count as a member of the swarm.</summary>
[Trait("Tier", "Pure")]
public class OtherProviderTests
{
    private const int MB = 1_000_000;
    private const int PieceLength = 256 * PieceRig.KiB;

    private static PieceRig Rig(int megabytes = 64) =>
        new(pieces: megabytes * PieceRig.MiB / PieceLength, pieceLength: PieceLength, budget: 64 * PieceRig.MiB);

    [Fact]
    public void Alone_it_completes_a_download_in_long_runs()
    {
        PieceRig rig = Rig();
        var other = new MemoryProvider(rig, latency: 0.05, bytesPerSecond: 20 * MB);
        double seconds = ProviderModel.Run(rig, 30, [other]);
        seconds.Should().BeLessThan((rig.Layout.TotalLength / (20.0 * MB)) + 1);
        rig.Manager.Wasted.Should().Be(0);
        (other.Unsolicited, other.Cancels).Should().Be((0, 0));
        other.Runs(rig).Should().HaveCountLessThanOrEqualTo(2 * rig.Manager.Have.Count * PieceLength / MemoryProvider.RunLength);
        other.Runs(rig).Max().Should().BeGreaterThanOrEqualTo(MemoryProvider.RunLength);
    }

    [Fact]
    public void Beside_peers_all_add_up_and_little_is_wasted()
    {
        PieceRig rig = Rig(128);
        var other = new MemoryProvider(rig, 0.05, 20 * MB);
        ModelPeer[] peers = [new(rig.Seed(), 0.05, 4 * MB), new(rig.Seed(), 0.1, 2 * MB)];
        double seconds = ProviderModel.Run(rig, 60, [other], peers);
        seconds.Should().BeLessThan((rig.Layout.TotalLength / (26.0 * MB)) + 1.5);
        rig.Manager.Wasted.Should().BeLessThan(rig.Layout.TotalLength / 100);
        peers.Should().OnlyContain(peer => peer.State.Provider.Downloaded.Total > 4 * MB);
        other.Runs(rig).Average().Should().BeGreaterThan(PieceRig.MiB, "most of it comes in long runs");
    }

    [Fact]
    public void A_fast_peer_takes_over_what_it_would_send_last()
    {
        PieceRig rig = Rig();
        var slow = new MemoryProvider(rig, 0.05, 10_000);
        double seconds = ProviderModel.Run(rig, 60, [slow], new ModelPeer(rig.Seed(), 0.05, 8 * MB));
        seconds.Should().BeLessThan((rig.Layout.TotalLength / (8.0 * MB)) + 1.5);
        slow.Cancels.Should().BePositive();
        rig.Manager.Wasted.Should().BeLessThan(rig.Layout.TotalLength / 100);
    }

    [Fact]
    public void It_takes_over_what_a_slow_peer_would_send_last()
    {
        PieceRig rig = Rig();
        var fast = new MemoryProvider(rig, 0.05, 8 * MB);
        var slow = new ModelPeer(rig.Seed(), 0.05, 10_000);
        double seconds = ProviderModel.Run(rig, 60, [fast], slow);
        seconds.Should().BeLessThan((rig.Layout.TotalLength / (8.0 * MB)) + 1.5);
        rig.Manager.Wasted.Should().BeLessThan(rig.Layout.TotalLength / 100);
    }

    [Fact]
    public void It_is_neither_a_seed_nor_a_copy()
    {
        PieceRig rig = Rig();
        _ = new MemoryProvider(rig, 0.05, MB);
        (rig.Table.Seeds, rig.Table.Unreplicated, rig.Table.CopiesOf(0)).Should().Be((0, rig.Layout.PieceCount, 0));
    }

    [Fact]
    public void It_never_ends_super_seeding()
    {
        PieceRig rig = Rig(1);
        var table = new PieceTable(rig.Layout, Bitfield.Full(rig.Layout.PieceCount), Bitfield.Full(rig.Layout.PieceCount));
        var pool = new PeerPool(new PeerBook(rig.Time, new Random(1), new AddressPolicy()), PeerId.Create(new Random(1)), 10, rig.Time);
        var show = new SuperSeeding(table, table.Have, pool, isAllowed: true, rig.Time);
        _ = new MemoryProvider(rig, 0.05, MB);
        PeerState first = rig.Stranger(), second = rig.Stranger();
        pool.Admit(first);
        pool.Admit(second);
        show.Receive(second).Should().BeTrue();
        show.Tick();
        show.Leads(second).Should().BeTrue();
    }

    [Fact]
    public void It_makes_no_crowd_when_it_has_a_part_and_ends_none_when_it_has_everything()
    {
        PieceRig rig = Rig(1);
        rig.Seed();
        _ = new MemoryProvider(rig, 0.05, MB, pieces: new Bitfield(rig.Layout.PieceCount));
        rig.Courtesy.Look();
        rig.Courtesy.IsCrowded.Should().BeFalse("no other leecher waits for the seed");
        rig.Stranger();
        var whole = new MemoryProvider(rig, 0.05, MB);
        rig.Stranger();
        rig.Stranger();
        rig.Courtesy.Look();
        rig.Courtesy.IsCrowded.Should().BeTrue("three leechers wait for one seed");
        rig.Courtesy.AppliesTo(whole.Provider).Should().BeFalse("what it sends is not lost to others");
        whole.Provider.Requests.Window.Size.Should().Be(RequestWindow.Start, "it need not be spared");
    }

    [Fact]
    public void Who_sends_bad_data_is_convicted_whatever_it_is()
    {
        var rig = new PieceRig(pieces: 1);
        var liar = new MemoryProvider(rig, 0.05, MB);
        rig.Downloads.Serve(liar.Provider);
        foreach (BlockRequest block in liar.Requests.ToList())
            rig.Send(liar.Provider, block, PieceRig.Bad);
        rig.RunDisk();
        rig.Convicted.Should().Equal(liar.Provider.Id);
    }

    [Fact]
    public void A_piece_that_it_alone_has_is_not_given_up_when_memory_is_needed()
    {
        var rig = new PieceRig(pieces: 16, pieceLength: 2 * PieceRig.MiB);
        var pieces = new Bitfield(16);
        pieces.Set(0);
        var other = new MemoryProvider(rig, 0.05, MB, pieces);
        rig.Downloads.Serve(other.Provider);
        other.Requests.Should().NotBeEmpty();
        while (rig.Budget.TryReserve(2 * PieceRig.MiB))
        {
        }

        rig.Fill(rig.Seed()).Should().OnlyContain(block => block.Piece.Value == 0);
        rig.RunDisk();
        rig.Table.StatusOf(new PieceIndex(0)).Should().Be(PieceStatus.Open);
    }

    [Fact]
    public void When_it_leaves_its_requests_are_free_again()
    {
        var rig = new PieceRig(pieces: 2);
        var other = new MemoryProvider(rig, 0.05, MB);
        rig.Downloads.Serve(other.Provider);
        PeerState peer = rig.Seed();
        rig.Fill(peer).Should().BeEmpty();
        rig.Downloads.Leave(other.Provider);
        rig.Fill(peer).Should().BeEquivalentTo(other.Requests);
    }
}
