using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Progress;
using Pieces.Torrents;

namespace Pieces.Tests.Cli.Display;

[Trait("Tier", "Pure")]
public class ActivityWatchTests
{
    private static readonly TransferSubject Subject = new("a", 100, 1, 1, 100, ".");
    private static readonly TorrentSnapshot Downloading = new() { Phase = TorrentPhase.Downloading, BytesWanted = 100, ConnectedPeers = 1 };

    private readonly FakeTimeProvider _time = new();
    private readonly ActivityWatch _watch;

    public ActivityWatchTests() => _watch = new ActivityWatch(_time);

    [Fact]
    public void Ten_seconds_without_a_byte_are_a_stall_and_a_byte_ends_it()
    {
        Look(Downloading).Should().Be(TransferActivity.Downloading);
        LookFor(9.5, Downloading).Should().Be(TransferActivity.Downloading);
        LookFor(1, Downloading).Should().Be(TransferActivity.Stalled);
        Look(Downloading with { Downloaded = 1 }).Should().Be(TransferActivity.Downloading);
    }

    [Fact]
    public void A_machine_that_slept_has_not_stalled()
    {
        Look(Downloading);
        LookFor(3, Downloading);
        _time.Advance(TimeSpan.FromHours(8));
        Look(Downloading).Should().Be(TransferActivity.Downloading);
    }

    [Fact]
    public void States_have_their_words()
    {
        Look(Downloading with { ConnectedPeers = 0 }).Should().Be(TransferActivity.FindingPeers);
        Look(Downloading with { BytesVerified = 100 }).Should().Be(TransferActivity.Finishing);
        Look(Downloading with { Phase = TorrentPhase.Checking }).Should().Be(TransferActivity.Checking);
        Look(Downloading with { Phase = TorrentPhase.Seeding }).Should().Be(TransferActivity.Seeding);
        Look(Downloading with { Phase = TorrentPhase.Stopping }).Should().Be(TransferActivity.Stopping);
        Look(Downloading with { Phase = TorrentPhase.Stopped }).Should().Be(TransferActivity.Over);
        Look(Downloading with { Phase = TorrentPhase.Failed }).Should().Be(TransferActivity.Over);
    }

    private TransferActivity Look(TorrentSnapshot now) => _watch.Look(new TransferStatus(Subject, now));

    private TransferActivity LookFor(double seconds, TorrentSnapshot now)
    {
        var last = TransferActivity.Over;
        for (double passed = 0; passed < seconds; passed += 0.25)
        {
            _time.Advance(TimeSpan.FromSeconds(0.25));
            last = Look(now);
        }

        return last;
    }
}
