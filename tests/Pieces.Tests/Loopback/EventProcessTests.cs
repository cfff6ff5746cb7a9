using System.Globalization;
using System.Text.Json.Nodes;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The output of <c>--json</c>. Every line of every run is checked against the schema.</summary>
[Trait("Tier", "Loopback")]
public class EventProcessTests
{
    private const int PieceLength = 64 * 1024;
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("holiday", 3, 5 * PieceLength, PieceLength);

    [Fact]
    [Contract(
        "flag --json", "event start", "event start {name,files,size,pieces,piece_length,have}", "event piece", "event piece {index,have}",
        "event file", "event file path", "event progress", "event progress size", "event peer", "event peer {state,connected,closed}",
        "event tracker", "event tracker {url,ok}", "event complete", "event complete downloaded", "event summary",
        "event summary {exit,reason}", "stream {events-silence-people,secrets-hidden}", "envelope infohash")]
    public async Task A_download_tells_its_whole_life_and_nothing_on_stderr()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, 512 * 1024);
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        string[] command = PiecesCommand.Download(
            Torrent.WriteTorrent(folder.Path), folder["out"], "--peer", seeder.Address, "--json", "-v", "--tracker",
            tracker.Url($"/{Secret}/announce").ToString());
        (IReadOnlyList<JsonObject> events, PiecesResult result) = await RunAsync(command);

        result.ExitCode.Should().Be(0);
        result.StandardError.Should().BeEmpty();
        events.Should().OnlyContain(e => e.Text("infohash") == Torrent.Metainfo.InfoHash.ToString());
        JsonObject start = events.Of("start").Should().ContainSingle().Subject;
        (start.Text("name"), start.Number("files"), start.Number("size"), start.Number("pieces"), start.Number("piece_length"), start.Number("have"))
            .Should().Be(("holiday", 3, Torrent.Length, 15, PieceLength, 0));
        events.Of("piece").Select(e => e.Number("index")).Should().BeEquivalentTo(Enumerable.Range(0, 15));
        events.Of("piece").Select(e => e.Number("have")).Should().Equal(Enumerable.Range(1, 15).Select(i => (long)i));
        events.Of("file").Select(e => e.Text("path")).Should().BeEquivalentTo(Torrent.Files.Select(file => Path.Join(folder["out"], file.Path)));
        events.Of("progress").Should().NotBeEmpty().And.OnlyContain(e => e.Number("size") == Torrent.Length);
        events.Of("peer").Select(e => e.Text("state")).Should().StartWith("connected").And.Contain("closed");
        JsonObject told = events.Of("tracker").Should().ContainSingle().Subject;
        ((bool)told["ok"]!, told.Text("url")).Should().Be((true, tracker.Url("/***/announce").ToString()));
        events.Of("complete").Should().ContainSingle().Which.Number("downloaded").Should().Be(Torrent.Length);
        events[^1].Text("event").Should().Be("summary");
        (events[^1].Number("exit"), events[^1].Text("reason")).Should().Be((0, "complete"));
        result.StandardOutput.Should().NotContain(Secret);
    }

    [Fact]
    public async Task What_was_there_already_is_told_as_files_and_as_complete()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["out"]);
        (IReadOnlyList<JsonObject> events, PiecesResult result) =
            await RunAsync(PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "--json", "--no-trackers"));
        result.ExitCode.Should().Be(0);
        // On a busy machine the run may take a second, so that it writes progress events.
        events.Select(e => e.Text("event")).Where(name => name != "progress").Should().Equal("start", "file", "file", "file", "complete", "summary");
        events[0].Number("have").Should().Be(15);
    }

    [Fact]
    public async Task A_seeder_tells_of_progress_once_a_second()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["data"]);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.Seed(Torrent.WriteTorrent(folder.Path), folder["data"], "-p", "0", "--json"));
        await process.WaitForOutputAsync("four times progress", said => said.Split("\"progress\"").Length > 4);
        await process.SignalAsync("TERM");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0);

        // On a busy machine an event may be late. That does not delay the following ones.
        DateTimeOffset[] times =
        [
            .. EventLines.Parse(result.StandardOutput).Of("progress")
                .Select(e => DateTimeOffset.Parse(e.Text("time")!, CultureInfo.InvariantCulture))
        ];
        for (int i = 1; i < times.Length; i++)
            (times[i] - times[0]).Should().BeGreaterThan(TimeSpan.FromSeconds(i - 1));
    }

    [Fact]
    public async Task A_seeder_ends_with_its_summary()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["data"]);
        (IReadOnlyList<JsonObject> events, PiecesResult result) = await RunAsync(
            PiecesCommand.Seed(Torrent.WriteTorrent(folder.Path), folder["data"], "-p", "0", "--json", "--seed-time", "1s"));
        result.ExitCode.Should().Be(0);
        events.Of("file").Should().BeEmpty("a seeder finishes no files");
        events[^1].Text("reason").Should().Be("done seeding");
    }

    [Fact]
    [Contract("event error", "event error code", "summary {always-last,per-source}", "exit 12", "stream secrets-hidden")]
    public async Task Each_source_has_a_summary_with_its_own_code_and_that_of_the_process()
    {
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["out"]);
        string bad = folder.Write("bad.torrent", "this is no torrent"u8.ToArray());
        (IReadOnlyList<JsonObject> events, PiecesResult result) = await RunAsync(PiecesCommand.Download(
            Torrent.WriteTorrent(folder.Path), folder["out"], bad, folder["nowhere"], $"http://user:{Secret}@127.0.0.1:1/{Secret}/x.torrent",
            "--json", "--no-trackers"));
        result.ExitCode.Should().Be(12);
        events.Of("error").Select(e => e.Number("code")).Should().BeEquivalentTo([4L, 3L, 3L]);
        IReadOnlyList<JsonObject> summaries = events.Of("summary");
        events.Skip(events.Count - 4).Should().Equal(summaries, "they are the last of all");
        summaries.Should().OnlyContain(e => e.Number("exit") == 12);
        summaries.Select(e => e.Number("code")).Should().BeEquivalentTo([0L, 4L, 3L, 3L]);
        result.StandardOutput.Should().NotContain(Secret).And.Contain("***");
        result.StandardError.Should().BeEmpty();
    }

    [Theory]
    [Contract("exit {2,3,15}", "summary always-last")]
    [InlineData(2, "download", "--json", "--bogus", "x.torrent")]
    [InlineData(2, "download", "--json")]
    [InlineData(2, "seed", "x.torrent", "--json", "--port=many")]
    [InlineData(15, "download", "x.torrent", "--json", "--interface", "no-such-interface")]
    [InlineData(3, "download", "--json", "-i", "nowhere.txt")]
    public async Task A_run_that_cannot_begin_is_an_error_and_a_summary(int code, params string[] command)
    {
        (IReadOnlyList<JsonObject> events, PiecesResult result) = await RunAsync(command);
        result.ExitCode.Should().Be(code);
        events.Select(e => e.Text("event")).Should().Equal("error", "summary");
        (events[0].Number("code"), events[1].Number("exit")).Should().Be((code, code));
        result.StandardError.Should().BeEmpty();
    }

    [Theory]
    [InlineData("PIECES_JSON", "1", "--bogus")]
    [InlineData("PIECES_JSON", "true", "--port=many")]
    [InlineData("PIECES_JSON", "1", "--interface=no-such-interface")]
    [Contract("setting booleans")]
    public async Task Events_that_the_environment_asks_for_tell_of_a_run_that_cannot_begin(string name, string value, string flag)
    {
        var environment = new Dictionary<string, string> { [name] = value };
        await using PiecesProcess process = PiecesProcess.Start(["download", "x.torrent", flag], environment: environment);
        PiecesResult result = await process.WaitAsync();
        EventLines.Parse(result.StandardOutput).Select(e => e.Text("event")).Should().Equal("error", "summary");
        result.StandardError.Should().BeEmpty();

        await using PiecesProcess off = PiecesProcess.Start(["download", "x.torrent", flag, "--json=0"], environment: environment);
        PiecesResult people = await off.WaitAsync();
        (people.ExitCode, people.StandardOutput).Should().Be((result.ExitCode, string.Empty));
        people.StandardError.Should().StartWith("pieces: ");
    }

    [Fact]
    public async Task A_bad_variable_beside_the_one_for_events_is_told_by_events()
    {
        var environment = new Dictionary<string, string> { ["PIECES_JSON"] = "1", ["PIECES_SEED"] = "maybe", ["PIECES_OUTPUT"] = "-" };
        await using PiecesProcess process = PiecesProcess.Start(["download", "x.torrent"], environment: environment);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(2);
        result.StandardOutput.Should().BeEmpty("stdout is the content's place");
        EventLines.Parse(result.StandardError)[0].Text("message").Should().StartWith("PIECES_SEED: ");
    }

    [Fact]
    public async Task When_stdout_is_the_contents_place_a_failure_is_told_on_stderr()
    {
        PiecesResult result = await PiecesProcess.RunAsync("download", "x.torrent", "-o", "-", "--json", "--bogus");
        result.ExitCode.Should().Be(2);
        result.StandardOutput.Should().BeEmpty();
        EventLines.Parse(result.StandardError).Select(e => e.Text("event")).Should().Equal("error", "summary");
    }

    [Theory]
    [Contract("event summary reason")]
    [InlineData("TERM", 143, "stopped by SIGTERM")]
    [InlineData("INT", 130, "stopped by SIGINT")]
    public async Task A_signal_is_the_reason_in_the_summary(string signal, int code, string reason)
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, 64 * 1024);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], "--json"));
        await process.WaitForOutputTextAsync("\"connected\"");
        await process.SignalAsync(signal);
        PiecesResult result = await process.WaitAsync();
        IReadOnlyList<JsonObject> events = EventLines.Parse(result.StandardOutput);
        (result.ExitCode, events[^1].Number("exit"), events[^1].Text("reason")).Should().Be((code, code, reason));
        events.Of("error").Should().BeEmpty("to be asked to stop is no error");
    }

    [Fact]
    [Contract("exit 141")]
    public async Task A_reader_who_leaves_ends_it_with_141_and_the_state_is_saved()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such pipes");
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent, 64 * 1024);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"], "--json");
        await using PiecesProcess process = PiecesProcess.Start(command, shell: "exec > >(head -n 1 >/dev/null)");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(141, result.StandardError);
        result.StandardError.Should().BeEmpty();
        File.Exists(folder["out/.holiday.pieces/state"]).Should().BeTrue("the same command goes on from there");
    }

    [Theory]
    [Contract("exit {8,9}")]
    [InlineData(8, "exec >/dev/full", "no space left on device")]
    [InlineData(9, "exec >&-", "it is closed")]
    public async Task What_cannot_be_written_is_one_line_on_stderr(int code, string shell, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the device is one of Linux");
        using var folder = new TempFolder();
        Torrent.WriteContent(folder["out"]);
        string[] command = PiecesCommand.Download(Torrent.WriteTorrent(folder.Path), folder["out"], "--json", "--no-trackers");
        await using PiecesProcess process = PiecesProcess.Start(command, shell: shell);
        PiecesResult result = await process.WaitAsync();
        (result.ExitCode, result.StandardError).Should().Be((code, $"pieces: stdout: cannot be written: {says}\n"));

        await using PiecesProcess wrong = PiecesProcess.Start(["download", "--json", "--bogus"], shell: shell);
        PiecesResult usage = await wrong.WaitAsync();
        usage.ExitCode.Should().Be(2);
        usage.StandardError.Should().StartWith("pieces: --bogus: ").And.MatchRegex("^[^\n]*\n$");
    }

    [Fact]
    public async Task A_reader_who_does_not_read_holds_up_no_transfer()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such pipes");
        using var folder = new TempFolder();
        var torrent = new TestTorrent("film.bin", 4096 * 16 * 1024, 16 * 1024);
        await using var seeder = new RecordingSeeder(torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(folder.Path), folder["out"], "--json");

        // The reader opens the pipe, but reads nothing before the file exists. The events of 4,096 pieces are far more than a pipe holds.
        string reader = $"exec > >(until [ -e '{folder["out/film.bin"]}' ]; do sleep 0.05; done; cat >'{folder["events"]}')";
        await using PiecesProcess process = PiecesProcess.Start(command, shell: reader);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        string text = await UntilWholeAsync(folder["events"]);
        EventLines.Parse(text).Of("piece").Should().HaveCount(4096);
    }

    private static async Task<string> UntilWholeAsync(string path)
    {
        // The reader may end a little later than the program.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            string text = await File.ReadAllTextAsync(path, patience.Token);
            if (text.Contains("\"summary\"", StringComparison.Ordinal) && text.EndsWith('\n'))
                return text;
            await Task.Delay(10, patience.Token);
        }
    }

    private static async Task<(IReadOnlyList<JsonObject> Events, PiecesResult Result)> RunAsync(string[] command)
    {
        PiecesResult result = await PiecesProcess.RunAsync(command);
        return (EventLines.Parse(result.StandardOutput), result);
    }
}
