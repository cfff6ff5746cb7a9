using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class ProgressTests
{
    private static readonly TransferSubject Subject = new("a.iso", 100 * 1024 * 1024, 1, 100, 1024 * 1024, ".");

    private readonly FakeTimeProvider _time = new();
    private readonly LineLog _log = new();

    [Fact]
    public void Plain_progress_says_the_start_and_each_change_of_state_once()
    {
        PlainProgress progress = Plain();
        foreach (TorrentPhase phase in (TorrentPhase[])
            [
                TorrentPhase.Checking, TorrentPhase.Checking, TorrentPhase.Downloading, TorrentPhase.Downloading, TorrentPhase.Seeding,
                TorrentPhase.Stopping, TorrentPhase.Stopped])
            progress.Show([new TransferStatus(Subject, At(phase, 50))]);

        _log.Lines.Should().Equal(
            "a.iso: 100.0 MiB in 1 file, 100 pieces of 1.0 MiB",
            "a.iso: checking existing data",
            "a.iso: downloading, 50.0 % is already present",
            "a.iso: seeding 50.0 %",
            "a.iso: stopping");
    }

    [Fact]
    public void Plain_progress_says_in_the_displays_words_what_is_going_on()
    {
        PlainProgress progress = Plain();
        TorrentSnapshot alone = At(TorrentPhase.Downloading, 0) with { ConnectedPeers = 0 };
        foreach (TorrentSnapshot now in (TorrentSnapshot[])
            [
                At(TorrentPhase.FetchingMetadata, 0), alone, At(TorrentPhase.Downloading, 0), alone with { BytesVerified = Subject.Size / 2 }])
            progress.Show([new TransferStatus(Subject, now)]);
        _log.Lines.Skip(1).Should().Equal(
            "a.iso: fetching metadata", "a.iso: finding peers", "a.iso: downloading", "a.iso: finding peers, 50.0 % is already present");
    }

    [Fact]
    public void Plain_progress_says_the_figures_every_30_seconds()
    {
        PlainProgress progress = Plain();
        TransferStatus status = new(Subject, At(TorrentPhase.Downloading, 0));
        progress.Show([status]);
        _log.Lines.Clear();

        _time.Advance(TimeSpan.FromSeconds(29.9));
        progress.Show([status]);
        _log.Lines.Should().BeEmpty();

        _time.Advance(TimeSpan.FromSeconds(0.2));
        progress.Show([new TransferStatus(Subject, At(TorrentPhase.Downloading, 25))]);
        progress.Show([status]);
        _log.Lines.Should().Equal("a.iso: 25.0 % of 100.0 MiB, 1.5 MiB/s down, 0 B/s up, 3 peers, ETA 1m05s");
    }

    [Fact]
    public void The_last_line_of_a_link_that_stayed_one_says_so()
    {
        var link = new TransferSubject("film.mkv", 0, 0, 0, 0, ".");
        ProgressText.End(new TransferStatus(link, At(TorrentPhase.Stopped, 0) with { BytesWanted = 0, Elapsed = TimeSpan.FromSeconds(2) }))
            .Should().Be("film.mkv: no metadata received in 2s");
    }

    [Fact]
    public void The_last_line_gives_size_time_and_the_average_rate_until_completion()
    {
        TorrentSnapshot end = At(TorrentPhase.Stopped, 100) with
        {
            Downloaded = 100 * 1024 * 1024,
            Uploaded = 10 * 1024 * 1024,
            CompletedAfter = TimeSpan.FromSeconds(10),
            Elapsed = TimeSpan.FromHours(1),
        };
        Plain().Finish(new TransferStatus(Subject, end));
        _log.Lines.Should().Equal("a.iso: complete, 100.0 MiB in 1h00m; 100.0 MiB received at 10.0 MiB/s, 10.0 MiB uploaded, ratio 0.10");
    }

    [Fact]
    public void A_name_from_a_stranger_cannot_steer_the_terminal()
    {
        TransferSubject evil = Subject with { Name = "a\u001b[2J\r\nb\u202e" };
        Plain().Show([new TransferStatus(evil, At(TorrentPhase.Downloading, 0))]);
        _log.Lines.Should().OnlyContain(line => line.StartsWith(@"a\x1B[2J\x0D\x0Ab\u202E", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ProgressStyle.Auto, 0, true, "xterm", ProgressStyle.Bar)]
    [InlineData(ProgressStyle.Auto, 0, true, "dumb", ProgressStyle.Plain)]
    [InlineData(ProgressStyle.Auto, 0, true, null, ProgressStyle.Plain)]
    [InlineData(ProgressStyle.Auto, 0, false, "xterm", ProgressStyle.Plain)]
    [InlineData(ProgressStyle.Bar, 0, true, "xterm", ProgressStyle.Bar)]
    [InlineData(ProgressStyle.Bar, 0, true, "dumb", ProgressStyle.Plain)]
    [InlineData(ProgressStyle.Bar, 0, false, "xterm", ProgressStyle.Plain)]
    [InlineData(ProgressStyle.Plain, 0, true, "xterm", ProgressStyle.Plain)]
    [InlineData(ProgressStyle.Bar, -1, true, "xterm", ProgressStyle.None)]
    [InlineData(ProgressStyle.None, 3, true, "xterm", ProgressStyle.None)]
    public void The_display_suits_the_terminal(object asked, int verbosity, bool isTerminal, string? term, object expected) =>
        ProgressViews.Resolve((ProgressStyle)asked, new Verbosity(verbosity), isTerminal, term).Should().Be((ProgressStyle)expected);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1048575, "1.0 MiB")]
    [InlineData(1536L * 1024 * 1024, "1.5 GiB")]
    public void Sizes_are_short(long bytes, string text) => Quantity.Size(bytes).Should().Be(text);

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59.6, "1m00s")]
    [InlineData(3600, "1h00m")]
    [InlineData(90061, "1d01h")]
    [InlineData(864000000, "over 100d")]
    public void Times_are_short(double seconds, string text) => Quantity.Duration(TimeSpan.FromSeconds(seconds)).Should().Be(text);

    [Fact]
    public void Only_all_of_it_is_a_hundred_per_cent()
    {
        Quantity.Percent(999_999, 1_000_000).Should().Be("99.9 %");
        Quantity.Percent(1_000_000, 1_000_000).Should().Be("100.0 %");
    }

    private static TorrentSnapshot At(TorrentPhase phase, int percent) => new()
    {
        Phase = phase,
        BytesWanted = Subject.Size,
        BytesVerified = Subject.Size / 100 * percent,
        DownloadRate = 1.5 * 1024 * 1024,
        ConnectedPeers = 3,
        Eta = TimeSpan.FromSeconds(65),
    };

    private PlainProgress Plain() => new(new Messages(_log), _time);
}
