using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class ClosedStreamTests
{
    private static readonly TestTorrent Torrent = new("film.bin", 1024 * 1024, 64 * 1024);

    [Theory]
    [InlineData("exec 2>&-")]
    [InlineData("exec <&-")]
    [InlineData("exec >&-")]
    [InlineData("exec <&- >&- 2>&-")]
    public async Task A_download_needs_none_of_its_streams_and_no_message_gets_into_a_file(string shell)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("there is no such shell here");
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], "-vvv");
        await using PiecesProcess process = PiecesProcess.Start(command, shell: shell);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Theory]
    [InlineData("exec 2>&-", 3, "", "show", "nowhere.torrent")]
    [InlineData("exec <&-", 3, "pieces: stdin: it is closed\n", "show", "-")]
    [InlineData("exec >&-", 9, "pieces: stdout: cannot be written: it is closed\n", "--version")]
    [InlineData("exec >&-", 9, "pieces: stdout: cannot be written: it is closed\n", "help")]
    public async Task A_stream_that_is_needed_and_closed_is_one_line(string shell, int code, string says, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("only Linux tells which streams were given");
        await using PiecesProcess process = PiecesProcess.Start(arguments, shell: shell);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(code, result.StandardError);
        result.StandardError.Should().Be(says);
    }

    [Fact]
    public async Task A_program_that_was_stopped_for_longer_than_the_stall_timeout_goes_on()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("signals are sent with kill");
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, 128 * 1024);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], "--stall-timeout", "3s");
        await using PiecesProcess process = PiecesProcess.Start(command);
        await seeder.UntilDeliveredAsync(4, TestContext.Current.CancellationToken);
        await process.SignalAsync("STOP");

        // The test is about elapsed real time, so there is no event to wait for.
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await process.SignalAsync("CONT");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_warning_and_the_download_goes_on()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        string port = seeder.Address.Split(':')[1];
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"]);
        command[Array.IndexOf(command, "-p") + 1] = port;
        await using PiecesProcess process = PiecesProcess.Start(command);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Split('\n').Where(line => line.Contains("warning", StringComparison.Ordinal)).Should().Equal(
            $"pieces: warning: peers cannot connect to this client: cannot listen on port {port}: address already in use");
    }

    [Fact]
    public async Task Fewer_descriptors_than_peers_want_is_one_warning_and_the_download_goes_on()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("only Linux tells the limit");
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"]);

        // The runtime of the managed program needs more than a hundred descriptors itself.
        await using PiecesProcess process = PiecesProcess.Start(command, shell: PiecesProcess.IsNative ? "ulimit -n 40" : "ulimit -n 192");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Split('\n').Count(line => line.Contains("ulimit -n", StringComparison.Ordinal)).Should().Be(1);
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }
}
