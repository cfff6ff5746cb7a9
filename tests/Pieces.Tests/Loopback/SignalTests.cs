using System.Diagnostics;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class SignalTests
{
    private const int PieceLength = 256 * 1024;
    private const int BlocksOfPiece = 16;

    private static readonly TestTorrent Torrent = new("film.bin", 32 * PieceLength, PieceLength);

    [Theory]
    [Contract("exit {129,130,143}", "signal {state-saved,trackers-told}", "disk {resumes-without-flag,nothing-verified-fetched-again}")]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_ends_a_download_in_good_order_and_nothing_that_came_is_asked_for_again(string signal, int code)
    {
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(Torrent, 16 * 1024 * 1024);
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        string[] command = PiecesCommand.Download(
            torrentPath, folder["out"], "--peer", seeder.Address, "--tracker", tracker.Url("/announce").ToString());

        await using (PiecesProcess first = PiecesProcess.Start(command))
        {
            await seeder.UntilDeliveredAsync(10 * BlocksOfPiece, TestContext.Current.CancellationToken);
            long asked = Stopwatch.GetTimestamp();
            await first.SignalAsync(signal);
            PiecesResult stopped = await first.WaitAsync();
            stopped.ExitCode.Should().Be(code, stopped.StandardError);
            stopped.StandardError.Should().EndWith("film.bin: not complete; the same command resumes it\n");
            Stopwatch.GetElapsedTime(asked).Should().BeLessThan(TimeSpan.FromSeconds(20));
        }

        tracker.Targets[^1].Should().Contain("event=stopped");
        int[] valid = [.. Enumerable.Range(0, 4)];
        seeder.BeginRun();
        await using PiecesProcess second = PiecesProcess.Start(command);
        PiecesResult result = await second.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().NotContain("not complete");
        Torrent.ShouldBeCompleteIn(folder["out"]);
        seeder.Events.Where(e => e is { Run: 1, IsRequest: true }).Select(e => e.Piece).Should().NotIntersectWith(valid);
        tracker.Targets.Should().Contain(target => target.Contains("event=completed", StringComparison.Ordinal));
    }

    [Fact]
    [Contract("signal second-at-once")]
    public async Task A_second_signal_ends_it_at_once()
    {
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(Torrent, 1024 * 1024);

        // The orderly shutdown must wait for a tracker that does not respond to "stopped".
        await using var tracker = new ScriptedHttpServer(async (target, stream, cancellationToken) =>
        {
            if (target.Contains("event=stopped", StringComparison.Ordinal))
                await Task.Delay(Timeout.Infinite, cancellationToken);
            await ScriptedHttpServer.AnswerAsync(stream, "200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray(), "", cancellationToken);
        });
        string[] command = PiecesCommand.Download(
            torrentPath, folder["out"], "--peer", seeder.Address, "--tracker", tracker.Url("/announce").ToString(), "-v");
        await using PiecesProcess process = PiecesProcess.Start(command);
        await seeder.UntilDeliveredAsync(1, TestContext.Current.CancellationToken);

        // Only a tracker that has answered is told that the download stops.
        await process.WaitForErrorTextAsync($"tracker {tracker.Url("/announce")}: 0 peers");
        await process.SignalAsync("INT");
        while (!tracker.Targets[^1].Contains("event=stopped", StringComparison.Ordinal))
            await Task.Delay(10, TestContext.Current.CancellationToken);

        // The signal is repeated until the process ends, because a signal within a few milliseconds of the first counts as the same one.
        Task<PiecesResult> ending = process.WaitAsync();
        while (!ending.IsCompleted)
        {
            await process.SignalAsync("INT");
            await Task.WhenAny(ending, Task.Delay(50, TestContext.Current.CancellationToken));
        }

        PiecesResult result = await ending;
        result.ExitCode.Should().Be(130);
        result.StandardError.Should().NotContain("the same command resumes it", "that is said at an orderly end, which takes two seconds here");
    }

    [Theory]
    [Contract("exit-0 signal-while-seeding")]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_while_complete_data_is_seeded_is_a_success(string signal)
    {
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        Torrent.WriteContent(folder["data"]);
        await using PiecesProcess process = PiecesProcess.Start(PiecesCommand.Seed(torrentPath, folder["data"], "-p", "0"));
        await process.WaitForErrorTextAsync("seeding 100");
        await process.SignalAsync(signal);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
    }

    [Theory]
    [InlineData("exec 2>&-")]
    [InlineData("exec 0>&- 1>&- 2>&-")]
    public async Task Streams_may_be_closed_from_the_start(string shell)
    {
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(Torrent);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, torrentPath, folder["out"], "-vvv"), shell: shell);
        PiecesResult result = await process.WaitAsync();
        result.Should().Be(new PiecesResult(0, "", ""));
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task Nobody_has_to_read_what_it_says()
    {
        using var folder = new TempFolder();
        string torrentPath = Torrent.WriteTorrent(folder.Path);
        await using var seeder = new RecordingSeeder(Torrent);

        // stdout is closed. stderr is a pipe that is full before the program starts, and is never read.
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrentPath, folder["out"], "-vvv");
        const string Shell = "exec 1>&- 3> >(sleep 20) 2>&3 && { timeout 1 head -c 1000000 /dev/zero >&2; true; }";
        await using PiecesProcess process = PiecesProcess.Start(command, shell: Shell);
        await seeder.UntilDeliveredAsync(32 * BlocksOfPiece, TestContext.Current.CancellationToken);
    }
}
