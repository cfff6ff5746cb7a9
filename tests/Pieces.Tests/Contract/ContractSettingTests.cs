using System.CommandLine;
using System.Text;
using Pieces.Cli.Parsing;
using Pieces.Tests.Cli;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Flags that are set in the environment or in the configuration file.</summary>
[Trait("Tier", "Loopback")]
public sealed class ContractSettingTests : IDisposable
{
    // A value for each kind of value, by the name that the help gives to the kind. A new flag of a known kind needs no change here.
    private static readonly Dictionary<string, string> ValueOf = new()
    {
        ["DIR"] = "/there",
        ["FILE"] = "list",
        ["GLOB|N|N-M"] = "1",
        ["N"] = "7",
        ["N or N-M"] = "7000-7001",
        ["D"] = "1h",
        ["R"] = "2",
        ["RATE"] = "1M",
        ["URL"] = "http://t.example:1/",
        ["HOST:PORT"] = "127.0.0.1:1",
        ["NAME or ADDR"] = "lo",
        ["CMD"] = "true",
    };

    // Every flag of a download, with a value that is not its default.
    private static readonly (string Name, string Value)[] Settings =
    [
        .. KnownFlags.Of(TestTree.Create().Subcommands.Single(command => command.Name == "download"))
            .Where(flag => flag is { Hidden: false, Name: not ("--help" or "--version" or "--quiet") })
            .Select(flag => (flag.Name.TrimStart('-'), SampleOf(flag))),
    ];

    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("setting {variable-for-every-flag,line-for-every-flag}", "command config")]
    public async Task Every_flag_is_a_variable_and_a_line_of_the_file()
    {
        PiecesResult usual = await RunAsync(["config"]);
        usual.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimStart('#', ' ').Split('=')[0])
            .Should().BeEquivalentTo([.. Settings.Select(setting => setting.Name), "quiet"], "these are all there are");

        PiecesResult variables = await RunAsync(
            ["config"], [.. Settings.Select(s => ($"PIECES_{s.Name.ToUpperInvariant().Replace('-', '_')}", s.Value))]);
        variables.StandardError.Should().BeEmpty();
        variables.StandardOutput.Split('\n').Should().Contain(
            Settings.Select(s => $"{s.Name}={s.Value}  # environment PIECES_{s.Name.ToUpperInvariant().Replace('-', '_')}"));

        WriteFile(string.Join('\n', Settings.Select(s => $"{s.Name}={s.Value}")));
        PiecesResult file = await RunAsync(["config"]);
        file.StandardOutput.Split('\n').Should().Contain(Settings.Select((s, i) => $"{s.Name}={s.Value}  # file {ConfigPath}:{i + 1}"));
    }

    [Fact]
    [Contract("setting flag-beats-environment-beats-file")]
    public async Task The_flag_beats_the_environment_and_that_beats_the_file()
    {
        WriteFile("files=0");
        string torrent = Repository.TestData("sources.torrent");
        string without = (await RunAsync(["show", torrent])).StandardOutput;
        string with = (await RunAsync(["show", torrent], ("PIECES_FILES", "1"))).StandardOutput;
        with.Length.Should().BeGreaterThan(without.Length);
        (await RunAsync(["show", torrent, "--files=false"], ("PIECES_FILES", "1"))).StandardOutput.Should().Be(without);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [Contract("setting booleans")]
    public async Task A_switch_has_four_words(string word, bool isOn)
    {
        string torrent = Repository.TestData("sources.torrent");
        string expected = (await RunAsync(isOn ? ["show", torrent, "--files"] : ["show", torrent])).StandardOutput;
        (await RunAsync(["show", torrent], ("PIECES_FILES", word))).StandardOutput.Should().Be(expected);
        (await RunAsync(["show", torrent, $"--files={word}"])).StandardOutput.Should().Be(expected);
        WriteFile($"files={word}");
        (await RunAsync(["show", torrent])).StandardOutput.Should().Be(expected);
    }

    [Fact]
    [Contract("setting one-value-a-line")]
    public async Task A_flag_that_may_be_given_again_takes_a_value_a_line()
    {
        string content = _folder.Write("a", "content"u8.ToArray());
        string[] create = ["create", content, "-o", "-"];
        string expected = (await RunAsync([.. create, "-w", "http://one.example/", "-w", "http://two.example/"])).StandardOutput;
        (await RunAsync(create, ("PIECES_WEB_SEED", "http://one.example/\nhttp://two.example/\n"))).StandardOutput.Should().Be(expected);
        WriteFile("web-seed=http://one.example/\nweb-seed=http://two.example/");
        (await RunAsync(create)).StandardOutput.Should().Be(expected).And.Contain("two.example");
    }

    [Fact]
    [Contract("setting unknown-key-is-2", "exit 2")]
    public async Task An_unknown_key_of_the_file_ends_it()
    {
        WriteFile("frobnicate=1");
        PiecesResult result = await RunAsync(["show", Repository.TestData("sources.torrent")]);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith($"pieces: {ConfigPath}:1: frobnicate: no such setting");
    }

    public void Dispose() => _folder.Dispose();

    private static string SampleOf(Option flag) =>
        flag is Option<bool> ? "1"
        : flag.HelpName is not { } kind ? "2"
        : ValueOf.GetValueOrDefault(kind) ?? kind.Split('|')[^1];

    private string ConfigPath => Path.Combine(_folder.Path, "pieces", "config");

    private void WriteFile(string text) => _folder.Write("pieces/config", Encoding.UTF8.GetBytes(text));

    private async Task<PiecesResult> RunAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> environment = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        environment["XDG_CONFIG_HOME"] = _folder.Path;
        await using PiecesProcess process = PiecesProcess.Start(arguments, _folder.Path, environment: environment);
        return await process.WaitAsync();
    }
}
