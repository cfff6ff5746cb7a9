using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class QuietTrimTests
{
    private static readonly TorrentSnapshot Busy = new() { Phase = TorrentPhase.Downloading, DownloadRate = 1, ConnectedPeers = 3 };
    private static readonly TorrentSnapshot Idle = new() { Phase = TorrentPhase.Seeding, ConnectedPeers = 3 };

    [Fact]
    public void Memory_is_given_back_once_after_five_quiet_seconds()
    {
        var trim = new QuietTrim();
        Trims(trim, Busy, 0, 100).Should().BeEmpty();
        Trims(trim, Idle, 101, 300).Should().Equal(105);
    }

    [Fact]
    public void Whatever_stirs_begins_the_wait_anew_and_there_is_a_minute_between_two()
    {
        var trim = new QuietTrim();
        Trims(trim, Idle, 0, 20).Should().Equal(5);
        trim.Check([Busy], TimeSpan.FromSeconds(21)).Should().BeFalse();
        Trims(trim, Idle, 22, 200).Should().Equal(65);
        Trims(trim, Idle with { ConnectedPeers = 4 }, 201, 300).Should().Equal([206], "a peer came at 201");
    }

    [Fact]
    public void One_busy_torrent_is_enough_to_keep_it() =>
        Enumerable.Range(0, 100).Where(second => new QuietTrim().Check([Idle, Busy], TimeSpan.FromSeconds(second))).Should().BeEmpty();

    private static List<int> Trims(QuietTrim trim, TorrentSnapshot state, int from, int to) =>
        [.. Enumerable.Range(from, to - from + 1).Where(second => trim.Check([state], TimeSpan.FromSeconds(second)))];
}
