using System.Text.Json.Nodes;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary><c>--on-complete</c> and <c>--print-paths</c> with real programs.</summary>
[Trait("Tier", "Loopback")]
public class HookProcessTests
{
    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("holiday", 3, 100_000, 32 * 1024);

    public HookProcessTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "the programs of these tests are those of POSIX");

    [Fact]
    [Contract("flag --on-complete", "hook {event-on-stdin,environment}")]
    public async Task It_reads_the_event_on_its_stdin_and_what_it_prints_goes_to_stderr()
    {
        using var folder = new TempFolder();
        PiecesResult result = await RunAsync(
            folder, "--print-paths", "--on-complete", $"sh -c 'cat >\"$0\"; echo \"told $PIECES_HOOK_NAME\"; echo too >&2' \"{folder["a b.json"]}\"");
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().NotContain("told");
        result.StandardError.Should().Contain("told holiday\n").And.Contain("too\n");
        JsonObject e = EventLines.Parse(await File.ReadAllTextAsync(folder["a b.json"], TestContext.Current.CancellationToken)).Single();
        (e.Text("event"), e.Text("path"), e["files"]!.AsArray().Count).Should().Be(("complete", folder["out/holiday"], 3));
    }

    [Theory]
    [Contract("exit 14")]
    [InlineData("sh -c 'exit 3'", "ended with exit code 3")]
    [InlineData("sh -c 'kill -9 $$'", "ended with exit code 137")]
    [InlineData("no-such-program-anywhere x", "no such program")]
    [InlineData("/etc/passwd", "cannot be started: permission denied")]
    public async Task One_that_fails_is_one_line_and_code_14(string command, string says)
    {
        using var folder = new TempFolder();
        PiecesResult result = await RunAsync(folder, "-q", "--on-complete", command);
        result.ExitCode.Should().Be(14);
        result.StandardError.Should().StartWith("pieces: holiday: hook ").And.EndWith(says + "\n").And.MatchRegex("^[^\n]*\n$");
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Theory]
    [InlineData("sh -c 'exec <&-; sleep 0.2'")]
    [InlineData("true")]
    [InlineData("sh -c 'sleep 30 & exit 0'")]
    public async Task One_that_does_not_listen_or_leaves_something_behind_is_not_waited_for(string command)
    {
        using var folder = new TempFolder();
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        PiecesResult result = await RunAsync(folder, "-q", "--on-complete", command);
        result.ExitCode.Should().Be(0, result.StandardError);
        System.Diagnostics.Stopwatch.GetElapsedTime(began).Should().BeLessThan(TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_program_in_the_current_folder_is_not_meant_by_its_bare_name()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["out"]);
        string trap = folder.Write("notify-me", "#!/bin/sh\ntouch trapped\n"u8.ToArray());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(trap, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] command = PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "--no-trackers", "--on-complete", "notify-me");
        await using PiecesProcess process = PiecesProcess.Start(command, folder.Path);
        (await process.WaitAsync()).ExitCode.Should().Be(14);
        File.Exists(folder["trapped"]).Should().BeFalse();
    }

    [Fact]
    public async Task Bad_quoting_is_a_usage_error_before_anything_begins()
    {
        using var folder = new TempFolder();
        PiecesResult result = await RunAsync(folder, "--on-complete", "sh -c 'exit");
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith("pieces: --on-complete: a single quote (') is not closed");
    }

    [Fact]
    [Contract("flag --seed")]
    public async Task It_does_not_hold_up_seeding_and_a_signal_waits_for_it_no_longer_than_two_seconds()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["out"]);
        string[] command = PiecesCommand.Download(
            Torrent.WriteTorrent(folder.Path), folder["out"], "--no-trackers", "--seed", "--on-complete", "sleep 30");
        await using PiecesProcess process = PiecesProcess.Start(command);
        await process.WaitForErrorTextAsync("seeding 100");
        long asked = System.Diagnostics.Stopwatch.GetTimestamp();
        await process.SignalAsync("TERM");
        PiecesResult result = await process.WaitAsync();
        System.Diagnostics.Stopwatch.GetElapsedTime(asked).Should().BeLessThan(TimeSpan.FromSeconds(5));
        result.ExitCode.Should().Be(14);
        result.StandardError.Should().Contain("still running when the run was stopped");
    }

    [Theory]
    [Contract("flag {--print-paths,-0}")]
    [InlineData("--print-paths", '\n')]
    [InlineData("-0", '\0')]
    public async Task Paths_are_those_of_all_files_also_of_those_that_were_there(string flag, char end)
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["out"]);
        File.Delete(folder["out/holiday/file-0001.bin"]);
        await using var seeder = new RecordingSeeder(Torrent);
        PiecesResult result = await PiecesProcess.RunAsync(
            PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], flag, "-q"));
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Split(end).Should().BeEquivalentTo([.. Torrent.Files.Select(file => Path.Join(folder["out"], file.Path)), ""]);
        result.StandardOutput.Should().EndWith(end.ToString());
    }

    private static async Task<PiecesResult> RunAsync(TempFolder folder, params string[] more)
    {
        await using var seeder = new RecordingSeeder(Torrent);
        return await PiecesProcess.RunAsync(PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], more));
    }
}
