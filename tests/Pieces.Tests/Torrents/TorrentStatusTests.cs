using Pieces.Torrents;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class TorrentStatusTests
{
    private static readonly TorrentPhase[] Alive =
    [
        TorrentPhase.FindingPeers, TorrentPhase.FetchingMetadata, TorrentPhase.Checking, TorrentPhase.Downloading, TorrentPhase.Seeding,
    ];

    [Fact]
    public void A_torrent_goes_through_its_phases_in_order_and_never_back()
    {
        for (int from = 0; from < Alive.Length; from++)
        {
            for (int to = 0; to < Alive.Length; to++)
            {
                // Peers that offer metadata come and go, and a magnet link whose metadata was kept needs none.
                bool isAllowed = to == from || to == from + 1 || (to < 2 && from < 2) || (from == 0 && to == 2);
                TorrentStatus.MayFollow(Alive[from], Alive[to]).Should().Be(isAllowed, "from {0} to {1}", Alive[from], Alive[to]);
            }
        }
    }

    [Fact]
    public void A_torrent_can_stop_in_every_phase_and_ends_only_after_it_stopped()
    {
        foreach (TorrentPhase phase in Alive)
        {
            TorrentStatus.MayFollow(phase, TorrentPhase.Stopping).Should().BeTrue();
            TorrentStatus.MayFollow(phase, TorrentPhase.Stopped).Should().BeFalse();
            TorrentStatus.MayFollow(phase, TorrentPhase.Failed).Should().BeFalse();
            TorrentStatus.MayFollow(TorrentPhase.Stopping, phase).Should().BeFalse();
            TorrentStatus.MayFollow(TorrentPhase.Stopped, phase).Should().BeFalse();
        }

        TorrentStatus.MayFollow(TorrentPhase.Stopping, TorrentPhase.Stopped).Should().BeTrue();
        TorrentStatus.MayFollow(TorrentPhase.Stopping, TorrentPhase.Failed).Should().BeTrue();
        TorrentStatus.MayFollow(TorrentPhase.Stopped, TorrentPhase.Failed).Should().BeFalse();
        TorrentStatus.MayFollow(TorrentPhase.Failed, TorrentPhase.Stopped).Should().BeFalse();
    }
}
