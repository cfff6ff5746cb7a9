using Pieces.Tests.Cli;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class ProcessTests
{
    [Theory]
    [InlineData("--version")]
    [InlineData("-V")]
    [InlineData("download", "-V")]
    public async Task The_version_is_one_line_on_stdout(params string[] arguments)
    {
        PiecesResult result = await PiecesProcess.RunAsync(arguments);
        result.ExitCode.Should().Be(0);
        result.StandardOutput.Should().MatchRegex(@"^pieces \d+\.\d+\.\d+\n$");
        result.StandardError.Should().BeEmpty();
    }

    [Theory]
    [Contract("exit 2", "line unknown-flag-names-nearest", "stream one-line-errors")]
    [InlineData("--seeed", "x.torrent", "did you mean --seed?")]
    [InlineData("--proxy=socks5h://p:1080", "x.torrent", "not implemented yet")]
    [InlineData("-v", "-o=there", "no source given")]
    [InlineData("x.torrent", "--deadline=soon", "--deadline: ")]
    [InlineData("--output=", "x.torrent", "--output: the name of the folder is empty")]
    public async Task A_bad_command_line_is_one_line_on_stderr(string first, string second, string says)
    {
        PiecesResult result = await PiecesProcess.RunAsync("download", first, second);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith("pieces: ").And.Contain(says);
        result.StandardOutput.Should().BeEmpty();
    }

    [Theory]
    [InlineData("dwnload", "did you mean download?")]
    [InlineData("frobnicate", "no such command")]
    public async Task A_command_that_is_not_there_is_refused(string command, string says)
    {
        PiecesResult result = await PiecesProcess.RunAsync(command, "x");
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith("pieces: ").And.Contain(says);
        result.StandardError.Should().MatchRegex("^[^\n]*\n$", "it is one line");
    }

    [Fact]
    [Contract("exit 3", "stream one-line-errors")]
    public async Task A_torrent_that_is_not_there_is_said_with_its_name()
    {
        PiecesResult result = await PiecesProcess.RunAsync("show", "nowhere/x.torrent");
        result.ExitCode.Should().Be(3);
        result.StandardError.Should().Be("pieces: nowhere/x.torrent: no such file or folder\n");
        result.StandardOutput.Should().BeEmpty();
    }

    [Fact]
    public async Task A_torrent_that_is_given_as_a_list_is_one_line()
    {
        using var folder = new TempFolder();
        string torrent = folder.Write("film.torrent", new TestTorrent("film.bin", 300_000, 32 * 1024).TorrentBytes);
        PiecesResult result = await PiecesProcess.RunAsync("download", "-i", torrent);
        result.Should().Be(new PiecesResult(2, "", $"pieces: --input {torrent}: is a torrent, not a list of sources (give it without -i)\n"));
    }

    [Fact]
    public async Task What_can_be_no_name_is_said_in_words_of_our_own()
    {
        using var folder = new TempFolder();
        string list = folder.Write("list", "# mine\na\0b\u001b[31m\n"u8.ToArray());
        PiecesResult listed = await PiecesProcess.RunAsync("download", "-i", list);
        listed.Should().Be(new PiecesResult(3, "", $"pieces: a\\x00b\\x1B[31m: a file name cannot contain a NUL byte (line 2 of {list})\n"));
        PiecesResult empty = await PiecesProcess.RunAsync("show", "");
        empty.Should().Be(new PiecesResult(2, "", "pieces: \"\": the name of a source is empty\n"));
    }

    [Theory]
    [InlineData("magnet:?xt=urn:btih:631a31dd0a46257d5078c0dee4e66e26f73e42ac\n", "it names a torrent but does not contain one (give the link")]
    [InlineData("631a31dd0a46257d5078c0dee4e66e26f73e42ac\n", "it names a torrent but does not contain one")]
    [InlineData("https://t.example/x.torrent", "it names a torrent but does not contain one")]
    [InlineData("movie", "it is text, not a torrent: \"movie\"")]
    public async Task A_link_on_stdin_is_told_where_it_belongs(string input, string says)
    {
        await using PiecesProcess process = PiecesProcess.Start(["magnet", "-"], input: System.Text.Encoding.UTF8.GetBytes(input));
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(4);
        result.StandardError.Should().StartWith($"pieces: stdin: {says}");
    }

    [Fact]
    [Contract("verbosity -qq")]
    public async Task Qq_leaves_nothing_but_the_exit_code()
    {
        PiecesResult result = await PiecesProcess.RunAsync("show", "nowhere.torrent", "-qq");
        result.Should().Be(new PiecesResult(3, string.Empty, string.Empty));
    }

    [Theory]
    [Contract("command help", "command help {exit-codes,events,COMMAND}")]
    [InlineData("help")]
    [InlineData("help", "exit-codes")]
    [InlineData("help", "events")]
    [InlineData("help", "download")]
    [InlineData("-h")]
    [InlineData("seed", "--help")]
    public async Task Help_goes_to_stdout(params string[] arguments)
    {
        PiecesResult result = await PiecesProcess.RunAsync(arguments);
        result.ExitCode.Should().Be(0);
        result.StandardOutput.Should().NotBeEmpty().And.NotContain("\r").And.NotContain("\e");
        result.StandardError.Should().BeEmpty();
    }
}
