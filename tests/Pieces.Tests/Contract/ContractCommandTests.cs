using System.Text;
using Pieces.Metadata;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Commands and the effects of their own flags.</summary>
[Trait("Tier", "Loopback")]
public sealed class ContractCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("command create", "command create {-o,-t,-w,--private,--piece-size,--name,--comment}")]
    public async Task Create_writes_what_its_flags_say()
    {
        string content = _folder.Write("a", new byte[100_000]);
        PiecesResult result = await PiecesProcess.RunAsync(
            "create", content, "-o", _folder["a.torrent"], "-t", "http://one.example/announce", "-t", "udp://two.example:1/announce", "-w",
            "http://web.example/a",
            "--private", "--piece-size", "32K", "--name", "b", "--comment", "hello there");
        result.ExitCode.Should().Be(0, result.StandardError);
        Metainfo made = await Metainfo.LoadAsync(_folder["a.torrent"], TestContext.Current.CancellationToken);
        made.Trackers.SelectMany(tier => tier).Should().Equal("http://one.example/announce", "udp://two.example:1/announce");
        made.WebSeeds.Should().Equal("http://web.example/a");
        (made.IsPrivate, made.Layout.PieceLength, made.Name, made.Comment).Should().Be((true, 32 * 1024, "b", "hello there"));
    }

    [Fact]
    [Contract("create {reproducible,without-date,without-trackers}")]
    public async Task Create_adds_nothing_of_its_own_and_depends_on_nothing_but_the_content()
    {
        string content = _folder.Write("a", Encoding.ASCII.GetBytes("content"));
        await PiecesProcess.RunAsync("create", content, "-o", _folder["1.torrent"]);
        File.SetLastWriteTimeUtc(content, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        await PiecesProcess.RunAsync("create", content, "-o", _folder["2.torrent"]);
        byte[] first = await File.ReadAllBytesAsync(_folder["1.torrent"], TestContext.Current.CancellationToken);
        (await File.ReadAllBytesAsync(_folder["2.torrent"], TestContext.Current.CancellationToken)).Should().Equal(first);
        Metainfo made = MetainfoParser.Parse(first);
        made.Trackers.Should().BeEmpty();
        made.Nodes.Should().BeEmpty();
        made.CreationDate.Should().BeNull();
    }

    [Theory]
    [InlineData("download")]
    [InlineData("seed")]
    [InlineData("show")]
    [InlineData("verify")]
    [InlineData("create")]
    [InlineData("magnet")]
    [InlineData("tracker")]
    [InlineData("config")]
    [InlineData("completion")]
    [InlineData("help")]
    [Contract("every-command {-v,-q,-V,-h}")]
    public async Task Every_command_has_the_four_flags(string command)
    {
        (await PiecesProcess.RunAsync(command, "-V")).StandardOutput.Should().MatchRegex(@"^pieces \d+\.\d+\.\d+\n$");
        (await PiecesProcess.RunAsync(command, "-h")).StandardOutput.Should().StartWith("Examples:");

        // These arguments are rejected by the command.
        string[] wrong = command == "tracker" ? [command, "--listen", "192.0.2.1"] : [command, _folder["nowhere"]];
        PiecesResult loud = await PiecesProcess.RunAsync([.. wrong, "-v"]), quiet = await PiecesProcess.RunAsync([.. wrong, "-q"]);
        PiecesResult silent = await PiecesProcess.RunAsync([.. wrong, "-qq"]);
        loud.StandardError.Should().Contain("pieces: ");
        quiet.StandardError.Should().StartWith("pieces: ").And.MatchRegex("^[^\n]*\n$");
        silent.Should().Be(new PiecesResult(loud.ExitCode, "", ""));
        silent.ExitCode.Should().NotBe(0);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [Contract("command completion", "command completion {bash,zsh,fish}")]
    public async Task A_completion_script_is_one_that_its_shell_reads(string shell)
    {
        string path = RealProcess.Find(shell);
        PiecesResult script = await PiecesProcess.RunAsync("completion", shell);
        (script.ExitCode, script.StandardError).Should().Be((0, ""));
        script.StandardOutput.Should().Contain("rarest-first");
        string file = _folder.Write("script", Encoding.UTF8.GetBytes(script.StandardOutput));
        (await ShellRun.RunAsync(path, ["-n", file], _folder.Path)).ExitCode.Should().Be(0);
    }

    [Fact]
    [Contract("command completion pwsh")]
    public async Task A_completion_script_is_there_for_PowerShell_too()
    {
        PiecesResult script = await PiecesProcess.RunAsync("completion", "pwsh");
        script.ExitCode.Should().Be(0);
        script.StandardOutput.Should().Contain("Register-ArgumentCompleter").And.Contain("rarest-first");
    }

    [Fact]
    [Contract("line flags-on-both-sides", "command show --json", "command show --files")]
    public async Task Flags_stand_before_or_behind_what_they_are_for()
    {
        string torrent = Repository.TestData("sources.torrent");
        foreach (string flag in (string[])["--json", "--files"])
        {
            PiecesResult before = await PiecesProcess.RunAsync("show", flag, torrent), behind = await PiecesProcess.RunAsync("show", torrent, flag);
            before.ExitCode.Should().Be(0);
            before.Should().Be(behind).And.NotBe(await PiecesProcess.RunAsync("show", torrent));
        }
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--select")]
    [Contract("line value-behind-blank-or-equals")]
    public async Task A_value_stands_behind_a_blank_or_a_sign_of_equality(string flag)
    {
        var torrent = TestTorrent.OfFiles("album", 2, 50_000, 32 * 1024);
        torrent.WriteContent(_folder["data"]);
        File.Delete(_folder["data/album/file-0001.bin"]);
        string path = torrent.WriteTorrent(_folder.Path), value = flag == "--data" ? _folder["data"] : "1";
        string[] common = ["verify", path, .. flag == "--data" ? [] : new[] { "--data", _folder["data"] }];
        PiecesResult blank = await PiecesProcess.RunAsync([.. common, flag, value]),
            equals = await PiecesProcess.RunAsync([.. common, $"{flag}={value}"]);
        blank.Should().Be(equals);
        blank.ExitCode.Should().Be(flag == "--data" ? 10 : 0);
    }

    [Theory]
    [InlineData("--stall", "1s")]
    [InlineData("--no-tr")]
    [Contract("line no-abbreviations")]
    public async Task An_abbreviation_is_no_flag(params string[] words)
    {
        PiecesResult result = await PiecesProcess.RunAsync(["download", "x.torrent", .. words]);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith($"pieces: {words[0]}: no such flag");
    }

    [Fact]
    [Contract("line never-prompts", "exit 13")]
    public async Task Nothing_is_asked_of_the_user_at_a_terminal()
    {
        string script = RealProcess.Find("script");
        var torrent = new TestTorrent("film.bin", 100_000, 32 * 1024);
        string content = _folder.Write("out/film.bin", "mine"u8.ToArray());
        string download = $"'{PiecesProcess.Executable}' download '{torrent.WriteTorrent(_folder.Path)}' -o '{_folder["out"]}' "
            + "--no-trackers --interface 127.0.0.1 -p 0";
        string create = $"'{PiecesProcess.Executable}' create '{content}' -o '{content}'";
        foreach (string command in (string[])[download, create])
        {
            // The terminal stays open and no key is pressed. If the program asked a question, the test would time out.
            var start = new System.Diagnostics.ProcessStartInfo(script, ["-qec", command, "/dev/null"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true
            };
            using var process = System.Diagnostics.Process.Start(start)!;
            string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(
                TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            process.ExitCode.Should().Be(13, said);
        }
    }

    public void Dispose() => _folder.Dispose();
}
