using System.Text.Json;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class ShareProcessTests
{
    private const string Hostile = "it's \"a\" $HOME `id` ☕ é";

    [Fact]
    [Contract("command share")]
    public async Task A_shared_folder_reaches_the_other_side_by_the_line_alone_and_leaves_nothing_beside_it()
    {
        using var folder = new TempFolder();
        string source = Fill(folder, Hostile);
        await using PiecesProcess share = Share(source, "--times", "1");
        string line = await LineOfAsync(share);
        line.Should().StartWith("pieces download 'magnet:?xt=urn:btih:")
            .And.Contain("&dn=it%27s%20%22a%22%20%24HOME%20%60id%60%20%E2%98%95%20%C3%A9&").And.EndWith("'");

        (int code, string said) = await RunLineAsync(line, folder, "out");
        code.Should().Be(0, said);
        PiecesResult result = await share.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().Be(line + "\n", "stdout has that line and nothing else");
        result.StandardError.Should().Contain("has everything, download 1 of 1").And.EndWith("uploaded; 1 peer has all of it\n")
            .And.Contain("need only the link: magnet:?");
        ShouldBeSame(source, Path.Combine(folder["out"], Hostile));
        Directory.EnumerateFileSystemEntries(folder["in"]).Should().ContainSingle();
    }

    [Fact]
    [Contract("command share --times")]
    public async Task It_ends_after_so_many_downloads_and_not_before_by_whatever_way_the_others_came()
    {
        using var folder = new TempFolder();
        string source = Fill(folder, "holiday");
        await using PiecesProcess share = Share(source, "--times", "2");
        string line = await LineOfAsync(share);

        (int first, string said) = await RunLineAsync(line, folder, "one", "--no-trackers");
        first.Should().Be(0, said);
        await share.WaitForErrorTextAsync("download 1 of 2");
        (int second, string saidThen) = await RunLineAsync(line, folder, "two");
        second.Should().Be(0, saidThen);

        PiecesResult result = await share.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().Contain("download 2 of 2").And.NotContain("download 3");
        ShouldBeSame(source, folder["one/holiday"]);
        ShouldBeSame(source, folder["two/holiday"]);
    }

    [Fact]
    public async Task Two_at_one_time_both_get_all_of_it()
    {
        using var folder = new TempFolder();
        string source = Fill(folder, "holiday");
        await using PiecesProcess share = Share(source, "--times", "2", "--up-limit", "4M");
        string line = await LineOfAsync(share);
        (int Code, string Said)[] both = await Task.WhenAll(RunLineAsync(line, folder, "one"), RunLineAsync(line, folder, "two"));
        both.Should().AllSatisfy(run => run.Code.Should().Be(0, run.Said));
        (await share.WaitAsync()).ExitCode.Should().Be(0);
        ShouldBeSame(source, folder["one/holiday"]);
        ShouldBeSame(source, folder["two/holiday"]);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_it_and_is_no_failure(string signal)
    {
        using var folder = new TempFolder();
        await using PiecesProcess share = Share(Fill(folder, "holiday"));
        await LineOfAsync(share);
        await share.SignalAsync(signal);
        PiecesResult result = await share.WaitAsync();
        result.ExitCode.Should().Be(0);
        result.StandardError.Should().MatchRegex("holiday: shared for .+, 0 B uploaded; no peer has all of it\n$").And.NotContain("downloaded");
    }

    [Fact]
    public async Task Events_tell_of_the_offer_and_of_who_has_it()
    {
        using var folder = new TempFolder();
        await using PiecesProcess share = Share(Fill(folder, "holiday"), "--times", "1", "--json");
        await share.WaitForOutputTextAsync("\"event\":\"share\"");
        await share.WaitForOutputTextAsync("\"times\":1}");
        JsonElement offer = Events(share.OutputSoFar).Single(e => NameOf(e) == "share");
        (int code, string said) = await RunLineAsync(offer.GetProperty("command").GetString()!, folder, "out", "--no-trackers");
        code.Should().Be(0, said);

        PiecesResult result = await share.WaitAsync();
        result.ExitCode.Should().Be(0);
        result.StandardError.Should().BeEmpty();
        JsonElement[] events = Events(result.StandardOutput);
        events.Should().Contain(e => NameOf(e) == "peer" && e.GetProperty("state").GetString() == "complete");
        NameOf(events[^1]).Should().Be("summary");
        events[^1].GetProperty("exit").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task Events_tell_where_what_has_another_name_really_lies()
    {
        using var folder = new TempFolder();
        string file = folder.Write("in/a.bin", Bytes(1, 1000));
        await using PiecesProcess share = Share(file, "--name", "other", "--json");
        await share.WaitForOutputTextAsync("\"event\":\"share\"");
        await share.SignalAsync("INT");
        PiecesResult result = await share.WaitAsync();
        JsonElement complete = Events(result.StandardOutput).Single(e => NameOf(e) == "complete");
        complete.GetProperty("name").GetString().Should().Be("other");
        complete.GetProperty("path").GetString().Should().Be(file);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_shared_ends_it_with_its_name_and_never_goes_out()
    {
        using var folder = new TempFolder();
        string source = Fill(folder, "holiday");
        await using PiecesProcess share = Share(source);
        string line = await LineOfAsync(share);
        string changed = Path.Combine(source, "big file.bin");
        await File.WriteAllBytesAsync(changed, new byte[new FileInfo(changed).Length], TestContext.Current.CancellationToken);

        await using PiecesProcess download = PiecesProcess.Start(
            ["download", line.Split('\'')[1], "-o", folder["out"], "--interface", "127.0.0.1", "-p", "0", "--progress", "plain"]);
        PiecesResult result = await share.WaitAsync();
        result.ExitCode.Should().Be(9, result.StandardError);
        result.StandardError.Should().Contain("big file.bin").And.Contain("changed");

        // The download continues to look for a peer that has the remaining pieces.
        await download.SignalAsync("INT");
        (await download.WaitAsync()).ExitCode.Should().NotBe(0);
    }

    [Fact]
    public async Task Paths_of_one_folder_go_into_one_torrent_and_others_need_a_name()
    {
        using var folder = new TempFolder();
        string a = folder.Write("x/a.bin", Bytes(1, 50_000)), b = folder.Write("y/b.bin", Bytes(2, 60_000));
        PiecesResult refused = await PiecesProcess.RunAsync("share", a, b);
        refused.ExitCode.Should().Be(2);
        refused.StandardError.Should().Contain("--name");
        await using PiecesProcess share = PiecesProcess.Start(
            ["share", a, b, "--name", "both", "--interface", "127.0.0.1", "-p", "0", "--times", "1"]);
        string line = await LineOfAsync(share);
        (await RunLineAsync(line, folder, "out")).Code.Should().Be(0);
        (await share.WaitAsync()).ExitCode.Should().Be(0);
        (await File.ReadAllBytesAsync(folder["out/both/a.bin"], TestContext.Current.CancellationToken)).Should().Equal(Bytes(1, 50_000));
        (await File.ReadAllBytesAsync(folder["out/both/b.bin"], TestContext.Current.CancellationToken)).Should().Equal(Bytes(2, 60_000));
    }

    [Fact]
    public async Task What_is_not_there_or_empty_is_refused()
    {
        using var folder = new TempFolder();
        (await PiecesProcess.RunAsync("share", folder["nothing"])).ExitCode.Should().Be(3);
        Directory.CreateDirectory(folder["empty"]);
        (await PiecesProcess.RunAsync("share", folder["empty"])).ExitCode.Should().Be(2);
        (await PiecesProcess.RunAsync("share", folder.Path, "--times", "0")).ExitCode.Should().Be(2);
    }

    [Fact]
    public async Task Two_machines_on_a_cable_need_nothing_but_the_line()
    {
        using NetworkSpace here = new(), there = new();
        here.Join(there, "10.77.0.1/24", "10.77.0.2/24");
        using var folder = new TempFolder();
        string source = Fill(folder, Hostile);
        await using PiecesProcess share = PiecesProcess.Start(["share", source, "--times", "1", "--progress", "plain"], shell: here.Shell);
        string line = await LineOfAsync(share);
        line.Should().Contain("x.pe=10.77.0.1:6881").And.NotContain("127.0.0.1");
        (int code, string said) = await RunLineAsync(line, folder, "out", there.Shell, []);
        code.Should().Be(0, said);
        PiecesResult result = await share.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        ShouldBeSame(source, Path.Combine(folder["out"], Hostile));
    }

    internal static PiecesProcess Share(string source, params string[] more) =>
        PiecesProcess.Start(["share", source, "--interface", "127.0.0.1", "-p", "0", "--progress", "plain", .. more]);

    internal static async Task<string> LineOfAsync(PiecesProcess share)
    {
        await share.WaitForOutputTextAsync("\n");
        return share.OutputSoFar.TrimEnd('\n');
    }

    /// <summary>Fills a folder with difficult content: unusual names, an empty file, and a file that spans pieces.</summary>
    internal static string Fill(TempFolder folder, string name)
    {
        folder.Write($"in/{name}/big file.bin", Bytes(1, 3_000_001));
        folder.Write($"in/{name}/d 'q' ☕/ç\"x.bin", Bytes(2, 70_000));
        folder.Write($"in/{name}/empty", []);
        return folder[$"in/{name}"];
    }

    internal static void ShouldBeSame(string expected, string actual)
    {
        string[] files = Files(expected);
        Files(actual).Should().Equal(files);
        foreach (string file in files)
            File.ReadAllBytes(Path.Combine(actual, file)).Should().Equal(File.ReadAllBytes(Path.Combine(expected, file)), file);
    }

    private static Task<(int Code, string Said)> RunLineAsync(string line, TempFolder folder, string output, params string[] more) =>
        RunLineAsync(line, folder, output, "true", ["--interface", "127.0.0.1", .. more]);

    // Runs the printed line as the recipient would: a shell reads it and finds `pieces` on PATH.
    private static async Task<(int Code, string Said)> RunLineAsync(string line, TempFolder folder, string output, string shell, string[] more)
    {
        Directory.CreateDirectory(folder[output]);
        string flags = string.Join(' ', ["-p", "0", "--progress", "plain", "--deadline", "50s", .. more]);
        string script = $"pieces() {{ set -- '{PiecesProcess.Executable}' \"$@\"; {shell}; \"$@\"; }}; {line} {flags}";
        return await ShellRun.RunAsync("/bin/bash", ["-c", script], folder[output]);
    }

    private static string[] Files(string root) =>
        [
            .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path))
                .Order(StringComparer.Ordinal)
        ];

    private static byte[] Bytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static JsonElement[] Events(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? NameOf(JsonElement e) => e.GetProperty("event").GetString();
}
