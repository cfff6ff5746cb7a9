using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

public class GiveUpClockTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Without_limits_it_waits_for_ever() =>
        new GiveUpClock(null, null).Check(Downloading(), TimeSpan.FromDays(1000)).Should().BeNull();

    [Fact]
    public void No_peer_at_all_is_another_reason_than_a_peer_that_fell_silent()
    {
        var alone = new GiveUpClock(Minute, null);
        alone.Check(Downloading(), Minute - TimeSpan.FromTicks(1)).Should().BeNull();
        alone.Check(Downloading(), Minute)!.Code.Should().Be(ExitCode.NoPeer);

        var left = new GiveUpClock(Minute, null);
        left.Check(Downloading(peers: 1), TimeSpan.Zero).Should().BeNull();
        left.Check(Downloading(), Minute)!.Code.Should().Be(ExitCode.Stalled);
    }

    [Fact]
    public void Every_byte_winds_the_stall_clock_up_again()
    {
        var clock = new GiveUpClock(Minute, null);
        for (int i = 1; i < 10; i++)
            clock.Check(Downloading(received: i), i * 0.9 * Minute).Should().BeNull();
        clock.Check(Downloading(received: 9), 9.1 * Minute)!.Code.Should().Be(ExitCode.Stalled);
    }

    [Fact]
    public void Metadata_that_does_not_come_is_given_up_with_or_without_contact()
    {
        var alone = new GiveUpClock(null, null, Minute);
        alone.Check(new TorrentSnapshot { Phase = TorrentPhase.FindingPeers }, 0.9 * Minute).Should().BeNull();
        alone.Check(new TorrentSnapshot { Phase = TorrentPhase.FindingPeers }, Minute)!.Code.Should().Be(ExitCode.NoPeer);

        var met = new GiveUpClock(null, null, Minute);
        met.Check(new TorrentSnapshot { Phase = TorrentPhase.FetchingMetadata, ConnectedPeers = 1 }, Minute)!.Code.Should().Be(ExitCode.Stalled);

        new GiveUpClock(null, null, Minute).Check(Downloading(), 10 * Minute).Should().BeNull("it is here");
    }

    [Fact]
    public void Each_part_of_the_metadata_winds_the_stall_clock_up_again()
    {
        var clock = new GiveUpClock(Minute, null);
        for (int i = 1; i < 5; i++)
            clock.Check(new TorrentSnapshot { Phase = TorrentPhase.FetchingMetadata, MetadataReceived = i }, i * 0.9 * Minute).Should().BeNull();
        clock.Check(new TorrentSnapshot { Phase = TorrentPhase.FetchingMetadata, MetadataReceived = 4 }, 4.7 * Minute).Should().NotBeNull();
    }

    [Fact]
    public void Looking_at_what_is_there_is_no_stall()
    {
        var clock = new GiveUpClock(Minute, null);
        clock.Check(new TorrentSnapshot { Phase = TorrentPhase.Checking }, 10 * Minute).Should().BeNull();
        clock.Check(Downloading(), 10.9 * Minute).Should().BeNull();
        clock.Check(Downloading(), 11 * Minute)!.Code.Should().Be(ExitCode.NoPeer);
    }

    [Fact]
    public void The_deadline_ends_a_download_and_never_a_complete_one()
    {
        var clock = new GiveUpClock(null, Minute);
        clock.Check(Downloading(peers: 5, received: 1), Minute)!.Code.Should().Be(ExitCode.Deadline);
        clock.Check(new TorrentSnapshot { Phase = TorrentPhase.Checking }, Minute)!.Code.Should().Be(ExitCode.Deadline);
        clock.Check(new TorrentSnapshot { Phase = TorrentPhase.Seeding }, 2 * Minute).Should().BeNull();
    }

    private static TorrentSnapshot Downloading(int peers = 0, long received = 0) =>
        new() { Phase = TorrentPhase.Downloading, ConnectedPeers = peers, Downloaded = received };
}
