using System.Text;
using Pieces.Tests.Cli;
using Pieces.Tests.Contract;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>create, show and verify as a user runs them, in a folder of their own.</summary>
[Trait("Tier", "Loopback")]
public sealed class ToolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-cli-").FullName;

    [Fact]
    [Contract("command show", "command show --files", "command verify", "command create", "command create {-o,-t}", "stream secrets-hidden")]
    public async Task What_create_makes_show_reads_and_verify_finds_right()
    {
        MakeContent();
        (await RunAsync(["create", "stuff", "-o", "x.torrent", "-t", "http://t.example/0123456789abcdef0123/announce"])).ExitCode.Should().Be(0);

        PiecesResult show = await RunAsync(["show", "x.torrent", "--files"]);
        show.ExitCode.Should().Be(0);
        show.StandardOutput.Should().Contain("name:         stuff\n").And.Contain("stuff/sub/b").And.Contain("http://t.example/***/announce")
            .And.NotContain("0123456789abcdef0123/");

        PiecesResult verify = await RunAsync(["verify", "x.torrent"]);
        verify.ExitCode.Should().Be(0);
        verify.StandardOutput.Should().BeEmpty();
    }

    [Fact]
    [Contract("exit 10", "command verify --data")]
    public async Task Verify_names_each_file_that_is_missing_cut_or_changed()
    {
        MakeContent();
        await RunAsync(["create", "stuff", "-o", "x.torrent"]);
        File.Delete(Inside("stuff/sub/b"));
        await using (FileStream a = File.OpenWrite(Inside("stuff/a")))
            a.WriteByte(0xFF);
        await using (FileStream c = File.OpenWrite(Inside("stuff/c")))
            c.SetLength(70_000);

        PiecesResult verify = await RunAsync(["verify", "x.torrent", "--data", "."]);
        verify.ExitCode.Should().Be(10);
        verify.StandardOutput.Should().Contain("missing  stuff/sub/b\n").And.Contain("damaged  stuff/a: 1 of 7 pieces\n")
            .And.Contain("damaged  stuff/c: 70000 bytes instead of 80000\n");
        verify.StandardError.Should().StartWith("pieces: stuff: 3 files of 3 missing or bad");
    }

    [Fact]
    [Contract("create reproducible", "command create -o")]
    public async Task The_same_content_gives_the_same_bytes_on_stdout_and_in_a_file()
    {
        MakeContent();
        await RunAsync(["create", "stuff", "-o", "x.torrent"]);
        PiecesResult piped = await RunAsync(["create", "stuff", "-o", "-", "-q"]);
        piped.StandardError.Should().BeEmpty();
        Encoding.UTF8.GetBytes(piped.StandardOutput).Length.Should().BePositive();
        piped.StandardOutput.Should().Be(await File.ReadAllTextAsync(Inside("x.torrent"), TestContext.Current.CancellationToken));
    }

    [Fact]
    [Contract("command create --overwrite", "exit 13")]
    public async Task A_torrent_that_is_there_is_replaced_only_when_that_is_asked_for()
    {
        MakeContent();
        await File.WriteAllTextAsync(Inside("x.torrent"), "precious", TestContext.Current.CancellationToken);
        (await RunAsync(["create", "stuff", "-o", "x.torrent"])).ExitCode.Should().Be(13);
        (await File.ReadAllTextAsync(Inside("x.torrent"), TestContext.Current.CancellationToken)).Should().Be("precious");
        (await RunAsync(["create", "stuff", "-o", "x.torrent", "--overwrite"])).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task A_torrent_comes_from_stdin_as_well()
    {
        MakeContent();
        await RunAsync(["create", "stuff", "-o", "x.torrent"]);
        byte[] torrent = await File.ReadAllBytesAsync(Inside("x.torrent"), TestContext.Current.CancellationToken);
        PiecesResult show = await RunAsync(["show", "-"], torrent);
        show.ExitCode.Should().Be(0);
        show.StandardOutput.Should().StartWith("name:         stuff\n");
    }

    [Fact]
    [Contract("exit 4")]
    public async Task A_bad_torrent_is_one_line_with_its_name()
    {
        PiecesResult show = await RunAsync(["show", "-"], Encoding.ASCII.GetBytes("this is no torrent"));
        show.ExitCode.Should().Be(4);
        show.StandardOutput.Should().BeEmpty();
        show.StandardError.Should().StartWith("pieces: stdin: ").And.MatchRegex("^[^\n]*\n$");
    }

    [Fact]
    [Contract("command tracker", "command tracker --port", "tracker {port-0-prints-url,loopback-unless-told}", "exit-0 tracker-signal")]
    public async Task A_tracker_prints_its_urls_and_ends_well_on_a_signal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        await using PiecesProcess tracker = PiecesProcess.Start(["tracker", "--port", "0"]);
        await tracker.WaitForOutputTextAsync("udp://127.0.0.1:");
        await tracker.SignalAsync("TERM");
        PiecesResult result = await tracker.WaitAsync();
        result.ExitCode.Should().Be(0);
        result.StandardOutput.Should().MatchRegex(@"^http://127\.0\.0\.1:\d+/announce\nudp://127\.0\.0\.1:\d+/announce\n$");
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<PiecesResult> RunAsync(string[] arguments, byte[]? input = null)
    {
        await using PiecesProcess process = PiecesProcess.Start(arguments, _folder, input);
        return await process.WaitAsync();
    }

    private string Inside(string path) => Path.Combine(_folder, path);

    private void MakeContent()
    {
        var random = new Random(7);
        Directory.CreateDirectory(Inside("stuff/sub"));
        foreach ((string path, int length) in new[] { ("stuff/a", 100_000), ("stuff/c", 80_000), ("stuff/sub/b", 30_000) })
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            File.WriteAllBytes(Inside(path), bytes);
        }
    }
}
