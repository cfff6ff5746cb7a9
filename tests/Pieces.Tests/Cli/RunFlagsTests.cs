using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Sources;
using Pieces.Cli.Transfers;
using Pieces.Tests.Metadata;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class RunFlagsTests
{
    private readonly Command _command = new("download");
    private readonly RunFlags _flags = new(fetches: true);

    public RunFlagsTests() => _flags.AddTo(_command);

    [Fact]
    public void Without_flags_people_are_told_and_five_run_at_a_time()
    {
        TransferSettings settings = Apply();
        (settings.Jobs, settings.Events, settings.Paths, settings.OnComplete).Should().Be((5, EventTarget.None, PathStyle.None, null));
    }

    [Fact]
    public void Each_flag_says_what_it_says()
    {
        Apply("-j", "8").Jobs.Should().Be(8);
        Apply("--jobs=3").Jobs.Should().Be(3);
        Apply("--json").Events.Should().Be(EventTarget.Output);
        Apply("--print-paths").Paths.Should().Be(PathStyle.Lines);
        Apply("-0").Paths.Should().Be(PathStyle.NulEnded);
        Apply("--print-paths", "-0").Paths.Should().Be(PathStyle.NulEnded);
        Apply("--on-complete", "mv -t 'a b'").OnComplete.Should().Equal("mv", "-t", "a b");
    }

    [Fact]
    public void Metadata_is_waited_for_without_end_where_somebody_looks_on_and_ten_minutes_elsewhere()
    {
        _flags.MetadataTimeoutOf(Parse(), isWatched: true).Should().BeNull();
        _flags.MetadataTimeoutOf(Parse(), isWatched: false).Should().Be(TimeSpan.FromMinutes(10));
        _flags.MetadataTimeoutOf(Parse("--metadata-timeout", "90s"), isWatched: true).Should().Be(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public void Events_go_to_stderr_when_stdout_carries_the_content()
    {
        ParseResult parse = Parse("--json");
        _flags.Apply(parse, Settings, isWatched: false, contentOnOutput: true).Events.Should().Be(EventTarget.Error);
    }

    [Theory]
    [InlineData(false, "--json", "--print-paths")]
    [InlineData(false, "--json", "-0")]
    [InlineData(true, "--print-paths")]
    [InlineData(true, "-0")]
    public void Two_cannot_have_stdout(bool contentOnOutput, params string[] line) =>
        FluentActions.Invoking(() => _flags.Apply(Parse(line), Settings, isWatched: false, contentOnOutput))
            .Should().Throw<FailureException>().Which.Code.Should().Be(ExitCode.Usage);

    [Theory]
    [InlineData("--on-complete", "a 'b")]
    [InlineData("--on-complete", "")]
    [InlineData("-j", "0")]
    [InlineData("--metadata-timeout", "0")]
    public void A_bad_value_is_an_error_of_the_command_line(params string[] line) => Parse(line).Errors.Should().ContainSingle();

    [Fact]
    public void A_list_adds_to_the_sources_without_comments_and_blank_lines()
    {
        using var folder = new TempFolder();
        string list = folder.Write("list", "# mine\r\na.torrent\r\n\r\n  http://t.example/b.torrent  \n#c\n with space.torrent"u8.ToArray());
        SourcesOf(Parse("-i", list), ["first"]).Should().Equal("first", "a.torrent", "http://t.example/b.torrent", "with space.torrent");
    }

    [Fact]
    public void Without_a_source_and_with_stdin_twice_it_is_a_usage_error()
    {
        using var folder = new TempFolder();
        string empty = folder.Write("empty", "#\n"u8.ToArray()), stdin = folder.Write("stdin", "-\n"u8.ToArray());
        CodeOf(() => SourcesOf(Parse(), [])).Should().Be(ExitCode.Usage);
        CodeOf(() => SourcesOf(Parse("-i", empty), [])).Should().Be(ExitCode.Usage);
        CodeOf(() => SourcesOf(Parse("-i", stdin), ["-"])).Should().Be(ExitCode.Usage);
        CodeOf(() => SourcesOf(Parse("-i", folder["nowhere"]), ["a"])).Should().Be(ExitCode.NotFound);
        CodeOf(() => SourcesOf(Parse("-i", folder.Path), ["a"])).Should().Be(ExitCode.NotFound);
        SourcesOf(Parse("-i", stdin), ["a"]).Should().Equal("a", "-");
    }

    [Theory]
    [InlineData("d8:announce3:x\0y4:infod\n\0e", true)]
    [InlineData("d4:infod", true)]
    [InlineData("d\nd8\nx:y", false)]
    [InlineData("download.torrent\nd4:infod", false)]
    public void A_torrent_is_no_list(string text, bool isTorrent)
    {
        Func<IReadOnlyList<ListedSource>> read = () => SourceList.Parse(new StringReader(text));
        if (isTorrent)
            read.Should().Throw<FormatException>().WithMessage("is a torrent, not a list of sources*");
        else
            read().Select(source => source.Text).Should().Equal(text.Split('\n'));
    }

    [Fact]
    public void A_list_without_end_is_given_up() =>
        FluentActions.Invoking(() => SourceList.Parse(new Endless())).Should().Throw<IOException>();

    private static TransferSettings Settings => new() { Client = new TorrentClientOptions(), Torrent = new TorrentOptions() };

    private static ExitCode CodeOf(Action action) => FluentActions.Invoking(action).Should().Throw<FailureException>().Which.Code;

    private IReadOnlyList<string> SourcesOf(ParseResult parse, string[] arguments) => SourceArguments.Gather(arguments, _flags.ListOf(parse)).Texts;

    private ParseResult Parse(params string[] line) => _command.Parse(line);

    private TransferSettings Apply(params string[] line)
    {
        ParseResult parse = Parse(line);
        parse.Errors.Should().BeEmpty();
        return _flags.Apply(parse, Settings, isWatched: false);
    }

    private sealed class Endless : TextReader
    {
        private readonly string _line = new('x', 1024 * 1024);

        public override string? ReadLine() => _line;
    }
}
