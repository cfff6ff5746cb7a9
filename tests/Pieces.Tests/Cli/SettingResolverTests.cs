using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Settings;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public sealed class SettingResolverTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("pieces-settings-").FullName, "config");
    private readonly Dictionary<string, string> _environment = [];
    private readonly List<string> _doubts = [];

    [Theory]
    [InlineData("download x --order rarest-first", "in-order", "in-order", "rarest-first", "Flag")]
    [InlineData("download x", "rarest-first", "in-order", "rarest-first", "Environment")]
    [InlineData("download x", null, "rarest-first", "rarest-first", "File")]
    public void A_flag_beats_the_environment_and_that_the_file(string line, string? variable, string inFile, string value, string source)
    {
        if (variable is not null)
            _environment["PIECES_ORDER"] = variable;
        WriteFile($"order={inFile}");
        EffectiveSetting order = SettingOf(line, "--order");
        order.Values.Should().ContainSingle().Which.Text.Should().Be(value);
        order.Source.ToString().Should().Be(source);
        Flags(line).Should().Equal(source == "Flag" ? [] : [$"--order={value}"]);
    }

    [Fact]
    public void Nobody_says_anything() =>
        SettingOf("download x", "--order").Should().BeEquivalentTo(new { Source = SettingSource.Default, Values = Array.Empty<SettingValue>() });

    [Fact]
    public void A_flag_that_may_be_given_again_takes_a_value_a_line()
    {
        _environment["PIECES_PEER"] = "192.0.2.1:1\n\n  192.0.2.2:2\n";
        WriteFile("tracker=http://a.example/\nseed=0\ntracker=udp://b.example:1");
        Flags("download x").Should().Equal("--peer=192.0.2.1:1", "--peer=192.0.2.2:2", "--tracker=http://a.example/", "--tracker=udp://b.example:1");
        SettingOf("download x", "--tracker").Values.Select(value => value.Place).Should().Equal($"{_path}:1", $"{_path}:3");
    }

    [Fact]
    public void The_stronger_replaces_the_weaker_altogether()
    {
        _environment["PIECES_PEER"] = "192.0.2.1:1";
        WriteFile("peer=192.0.2.2:2\ntracker=http://a.example/");
        Flags("download x --tracker http://b.example/").Should().Equal("--peer=192.0.2.1:1");
    }

    [Theory]
    [InlineData("seed=1", true)]
    [InlineData("seed=true", true)]
    [InlineData("seed=0", false)]
    [InlineData("seed=false", false)]
    public void A_switch_has_four_values(string inFile, bool isOn)
    {
        WriteFile(inFile);
        Flags("download x").Should().Equal(isOn ? ["--seed"] : []);
    }

    [Fact]
    public void The_command_line_switches_off_what_the_file_switches_on()
    {
        WriteFile("no-dht=1\nseed=1");
        Flags("download x --no-dht=false").Should().Equal("--seed");
        SettingOf("download x --no-dht=false", "--no-dht").Should().BeEquivalentTo(
            new { Source = SettingSource.Flag, Values = new[] { new SettingValue("0", "--no-dht") } });
    }

    [Fact]
    public void V_and_q_are_numbers_and_pull_at_the_same_thing()
    {
        WriteFile("verbose=2");
        Flags("download x").Should().Equal("--verbose", "--verbose");
        Flags("download x -q").Should().BeEmpty("quiet on the command line is the last word");
        _environment["PIECES_QUIET"] = "1";
        Flags("download x").Should().Equal("--quiet");
    }

    [Fact]
    public void What_means_something_else_in_another_command_has_a_name_of_its_own_in_the_file()
    {
        WriteFile("output=/data\ncreate-output=x.torrent\nport=7000");
        Flags("download x").Should().Equal("--output=/data", "--port=7000");
        Flags("create x").Should().Equal("--output=x.torrent");
        WriteFile("tracker=http://a.example/key\npeer=192.0.2.1:1\nmagnet-tracker=http://b.example/");
        Flags("magnet x").Should().Equal("--tracker=http://b.example/");
        Flags("tracker").Should().BeEmpty();
    }

    [Fact]
    public void A_variable_may_use_the_flags_name_alone()
    {
        _environment["PIECES_PORT"] = "7000";
        Flags("tracker").Should().Equal("--port=7000");
        _environment["PIECES_TRACKER_PORT"] = "7001";
        Flags("tracker").Should().Equal("--port=7001");
        Flags("download x").Should().Equal("--port=7000");
    }

    [Fact]
    public void A_flags_second_long_name_is_a_setting_too()
    {
        WriteFile("dir=/data");
        Flags("download x").Should().Equal("--output=/data");
    }

    [Fact]
    public void The_home_is_understood_in_the_file()
    {
        WriteFile("output=~/isos\ninterface=~/x");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Flags("download x").Should().Equal($"--output={Path.Combine(home, "isos")}", "--interface=~/x");
    }

    [Fact]
    public void What_the_command_does_not_have_is_not_used()
    {
        WriteFile("down-limit=nonsense\nfiles=1");
        _environment["PIECES_SEED"] = "maybe";
        Flags("show x").Should().Equal("--files");
        _doubts.Should().BeEmpty();
    }

    [Theory]
    [InlineData("down-limt=1M", "1: down-limt: no such setting (did you mean down-limit?)")]
    [InlineData("\n--order=in-order", "2: --order: no such setting (did you mean order?)")]
    [InlineData("help=1", "1: help: no such setting")]
    [InlineData("port=1\nport=2", "2: port: already given in line 1")]
    [InlineData("output=a\ndir=b", "2: dir: already given in line 1")]
    [InlineData("seed=maybe", "1: seed: \"maybe\" is not one of 1, 0, true, false")]
    [InlineData("verbose=9", "1: verbose: \"9\" is not one of 0, 1, 2, 3")]
    public void A_file_with_a_mistake_is_refused_with_the_place(string text, string complaint)
    {
        WriteFile(text);
        FailureException failure = FluentActions.Invoking(() => Flags("download x")).Should().Throw<FailureException>().Which;
        failure.Code.Should().Be(ExitCode.Usage);
        failure.Message.Should().StartWith($"{_path}:{complaint}");
    }

    [Fact]
    public void A_variable_that_is_unknown_is_doubted_and_no_more()
    {
        _environment["PIECES_DOWN_LIMT"] = "1M";
        Flags("download x").Should().BeEmpty();
        _doubts.Should().Equal("PIECES_DOWN_LIMT: no such setting in the environment (did you mean PIECES_DOWN_LIMIT?)");
    }

    [Fact]
    public void A_bad_value_is_told_of_its_place_among_several()
    {
        WriteFile("tracker=http://a.example/\ntracker=gopher://b.example/\nmax-peers=0");
        CompleteCommand complete = Complete("download x", out CommandReader reader);
        complete.Parse.Errors.Select(error => reader.Explain(complete, error)).Should().BeEquivalentTo(
            $"{_path}:2: tracker: a tracker's URL must begin with http://, https:// or udp://",
            $"{_path}:3: max-peers: \"0\" is not a whole number from 1");
    }

    [Fact]
    public void A_bad_value_on_the_command_line_is_told_of_its_flag()
    {
        WriteFile("max-peers=5");
        CompleteCommand complete = Complete("download x --max-peers 0", out CommandReader reader);
        complete.Parse.Errors.Select(error => reader.Explain(complete, error)).Should().Equal("--max-peers: \"0\" is not a whole number from 1");
    }

    [Fact]
    public void A_later_complaint_about_a_flag_is_told_of_its_place()
    {
        WriteFile("interface=eth9");
        EffectiveSettings settings = Complete("download x", out _).Settings;
        settings.InTheirPlace("--interface eth9: no such interface").Should().Be($"{_path}:1: interface eth9: no such interface");
        settings.InTheirPlace("--interfaces: x").Should().Be("--interfaces: x");
        settings.InTheirPlace("x.torrent: --interface").Should().Be("x.torrent: --interface");
        _environment["PIECES_INTERFACE"] = "eth9";
        Complete("download x", out _).Settings.InTheirPlace("--interface eth9: no").Should().Be("PIECES_INTERFACE eth9: no");
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private void WriteFile(string text) => File.WriteAllText(_path, text);

    private EffectiveSetting SettingOf(string line, string flag) => Complete(line, out _).Settings.All.Single(setting => setting.Option.Name == flag);

    private IReadOnlyList<string> Flags(string line) => Complete(line, out _).Settings.AsFlags();

    private CompleteCommand Complete(string line, out CommandReader reader)
    {
        RootCommand root = TestTree.Create();
        reader = new CommandReader(root, new SettingSources(() => _environment, _path));
        var read = CommandLine.Read(root, line.Split(' '));
        return reader.Complete(read, reader.Parse(read.Arguments), _doubts.Add);
    }
}
