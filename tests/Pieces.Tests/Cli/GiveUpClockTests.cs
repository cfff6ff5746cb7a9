using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Failures;
using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class GiveUpClockTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Without_limits_it_waits_for_ever() =>
        new GiveUpClock(new GiveUpLimits()).Check(Downloading(), TimeSpan.FromDays(1000)).Should().BeNull();

    [Fact]
    public void No_peer_at_all_is_another_reason_than_a_peer_that_fell_silent()
    {
        var alone = new GiveUpClock(new GiveUpLimits { Stall = Minute });
        Wait(alone, Downloading(), TimeSpan.Zero, Minute - TimeSpan.FromTicks(1)).Should().BeNull();
        alone.Check(Downloading(), Minute)!.Code.Should().Be(ExitCode.NoPeer);

        var left = new GiveUpClock(new GiveUpLimits { Stall = Minute });
        left.Check(Downloading(peers: 1), TimeSpan.Zero).Should().BeNull();
        Wait(left, Downloading(), TimeSpan.Zero, Minute)!.Code.Should().Be(ExitCode.Stalled);
    }

    [Fact]
    public void Every_byte_winds_the_stall_clock_up_again()
    {
        var clock = new GiveUpClock(new GiveUpLimits { Stall = Minute });
        for (int i = 1; i < 10; i++)
            Wait(clock, Downloading(received: i), (i - 1) * 0.9 * Minute, i * 0.9 * Minute).Should().BeNull();
        Wait(clock, Downloading(received: 9), 8.1 * Minute, 9.1 * Minute)!.Code.Should().Be(ExitCode.Stalled);
    }

    [Fact]
    public void Metadata_that_does_not_come_is_given_up_with_or_without_contact()
    {
        var alone = new GiveUpClock(new GiveUpLimits { Metadata = Minute });
        alone.Check(new TorrentSnapshot { Phase = TorrentPhase.FindingPeers }, 0.9 * Minute).Should().BeNull();
        alone.Check(new TorrentSnapshot { Phase = TorrentPhase.FindingPeers }, Minute)!.Code.Should().Be(ExitCode.NoPeer);

        var met = new GiveUpClock(new GiveUpLimits { Metadata = Minute });
        met.Check(new TorrentSnapshot { Phase = TorrentPhase.FetchingMetadata, ConnectedPeers = 1 }, Minute)!.Code.Should().Be(ExitCode.Stalled);

        new GiveUpClock(new GiveUpLimits { Metadata = Minute }).Check(Downloading(), 10 * Minute).Should().BeNull("it is here");
    }

    [Fact]
    public void Each_part_of_the_metadata_winds_the_stall_clock_up_again()
    {
        var clock = new GiveUpClock(new GiveUpLimits { Stall = Minute });
        var now = new TorrentSnapshot { Phase = TorrentPhase.FetchingMetadata };
        for (int i = 0; i < 5; i++)
            Wait(clock, now with { MetadataReceived = i + 1 }, i * 0.9 * Minute, (i + 1) * 0.9 * Minute).Should().BeNull();
        Wait(clock, now with { MetadataReceived = 5 }, 4.5 * Minute, 5.1 * Minute).Should().NotBeNull();
    }

    [Fact]
    public void Looking_at_what_is_there_is_no_stall()
    {
        var clock = new GiveUpClock(new GiveUpLimits { Stall = Minute });
        clock.Check(new TorrentSnapshot { Phase = TorrentPhase.Checking }, 10 * Minute).Should().BeNull();
        Wait(clock, Downloading(), 10 * Minute, 10.9 * Minute).Should().BeNull();
        Wait(clock, Downloading(), 10.9 * Minute, 11 * Minute)!.Code.Should().Be(ExitCode.NoPeer);
    }

    [Fact]
    public void A_reader_that_takes_its_time_is_no_stall()
    {
        var clock = new GiveUpClock(new GiveUpLimits { Stall = Minute, Hint = "again" });
        clock.Check(Downloading(peers: 1, received: 1), Minute).Should().BeNull();
        Wait(clock, Downloading(peers: 1, received: 1) with { WaitsForReader = true }, Minute, 4 * Minute).Should().BeNull();
        Wait(clock, Downloading(peers: 1, received: 1), 4 * Minute, 4.9 * Minute).Should().BeNull();
        Outcome stalled = Wait(clock, Downloading(peers: 1, received: 1), 4.9 * Minute, 5 * Minute)!;
        stalled.Code.Should().Be(ExitCode.Stalled);
        stalled.Message.Should().EndWith("(again)");
    }

    [Fact]
    public void The_deadline_ends_a_download_and_never_a_complete_one()
    {
        var clock = new GiveUpClock(new GiveUpLimits { Deadline = Minute });
        clock.Check(Downloading(peers: 5, received: 1), Minute)!.Code.Should().Be(ExitCode.Deadline);
        clock.Check(new TorrentSnapshot { Phase = TorrentPhase.Checking }, Minute)!.Code.Should().Be(ExitCode.Deadline);
        clock.Check(new TorrentSnapshot { Phase = TorrentPhase.Seeding }, 2 * Minute).Should().BeNull();
    }

    [Fact]
    public void Time_in_which_the_program_did_not_run_is_no_stall()
    {
        var clock = new GiveUpClock(new GiveUpLimits { Stall = Minute });
        Wait(clock, Downloading(), TimeSpan.Zero, 0.5 * Minute).Should().BeNull();
        clock.Check(Downloading(), 600 * Minute).Should().BeNull();
        Wait(clock, Downloading(), 600 * Minute, 600.4 * Minute).Should().BeNull();
        Wait(clock, Downloading(), 600.4 * Minute, 600.5 * Minute)!.Code.Should().Be(ExitCode.NoPeer);
    }

    [Fact]
    public void The_deadline_counts_what_the_machine_slept()
    {
        var time = new FakeTimeProvider();
        TimeSpan uptime = TimeSpan.FromHours(5);
        var clock = new GiveUpClock(new GiveUpLimits { Deadline = Minute }, sleep: new SleepMeter(time, () => uptime));
        time.Advance(0.5 * Minute);
        uptime += 0.5 * Minute;
        clock.Check(Downloading(), 0.5 * Minute).Should().BeNull();
        uptime += 0.6 * Minute;
        clock.Check(Downloading(), 0.5 * Minute)!.Code.Should().Be(ExitCode.Deadline);
    }

    [Theory]
    [InlineData(TorrentPhase.Checking, true)]
    [InlineData(TorrentPhase.Downloading, true)]
    [InlineData(TorrentPhase.Seeding, true)]
    [InlineData(TorrentPhase.Stopped, false)]
    public void An_interface_that_goes_ends_all_that_still_runs_and_does_not_come_back(TorrentPhase phase, bool ends)
    {
        var time = new FakeTimeProvider();
        string? fault = null;
        var clock = new GiveUpClock(new GiveUpLimits(), watch: new InterfaceWatch("tun0", () => fault, time));
        var now = new TorrentSnapshot { Phase = phase };
        time.Advance(TimeSpan.FromSeconds(1));
        clock.Check(now, TimeSpan.FromSeconds(1)).Should().BeNull();
        fault = "no such interface";
        clock.Check(now, TimeSpan.FromSeconds(1.5)).Should().BeNull("it is asked once a second");
        time.Advance(TimeSpan.FromSeconds(1));
        (clock.Check(now, TimeSpan.FromSeconds(2))?.Code == ExitCode.InterfaceGone).Should().Be(ends);
        fault = null;
        time.Advance(TimeSpan.FromSeconds(1));
        (clock.Check(now, TimeSpan.FromSeconds(3))?.Code == ExitCode.InterfaceGone).Should().Be(ends);
    }

    // As a run looks at it: four times a second.
    private static Outcome? Wait(GiveUpClock clock, TorrentSnapshot now, TimeSpan from, TimeSpan to)
    {
        Outcome? outcome = null;
        for (TimeSpan at = from + TimeSpan.FromSeconds(0.25); at < to && outcome is null; at += TimeSpan.FromSeconds(0.25))
            outcome = clock.Check(now, at);
        return outcome ?? clock.Check(now, to);
    }

    private static TorrentSnapshot Downloading(int peers = 0, long received = 0) =>
        new() { Phase = TorrentPhase.Downloading, ConnectedPeers = peers, Downloaded = received };
}
