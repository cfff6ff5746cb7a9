using System.Text.Json;
using Pieces.Tests.Cli;
using Pieces.Tests.Contract;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Environment and configuration file as a user has them.</summary>
[Trait("Tier", "Loopback")]
public sealed class SettingsProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-settings-").FullName;

    private string ConfigPath => Path.Combine(_folder, "pieces", "config");

    [Fact]
    [Contract("command config", "setting flag-beats-environment-beats-file")]
    public async Task Config_prints_each_setting_and_where_it_came_from()
    {
        WriteFile("order=rarest-first\ntracker=http://t.example/0123456789abcdef0123/announce\nseed=1");
        PiecesResult result = await RunAsync(["config", "--max-peers", "7", "--seed=false"], ("PIECES_DOWN_LIMIT", "2M"));
        result.ExitCode.Should().Be(0);
        result.StandardError.Should().BeEmpty();
        result.StandardOutput.Split('\n').Should().Contain(
            $"order=rarest-first  # file {ConfigPath}:1",
            $"tracker=http://t.example/***/announce  # file {ConfigPath}:2",
            "down-limit=2M  # environment PIECES_DOWN_LIMIT",
            "max-peers=7  # flag",
            "seed=0  # flag",
            "prealloc=sparse  # default",
            "# stall-timeout=  # default (no limit)");
    }

    [Fact]
    public async Task What_config_prints_can_be_the_file()
    {
        PiecesResult first = await RunAsync(
            ["config", "--order", "rarest-first", "--tracker", "http://t.example/", "-o", "/data/a b"], ("PIECES_UP_LIMIT", "5K"));
        WriteFile(first.StandardOutput);
        PiecesResult second = await RunAsync(["config"]);
        second.ExitCode.Should().Be(0);
        second.StandardOutput.Should().Contain("order=rarest-first  # file ").And.Contain("output=/data/a b  # file ")
            .And.Contain("up-limit=5K  # file ")
            .And.Contain("tracker=http://t.example/  # file ");
    }

    [Fact]
    public async Task Config_is_one_object_for_programs_and_hides_secrets_there_too()
    {
        PiecesResult result = await RunAsync(["config", "seed", "--json"], ("PIECES_PROXY", "socks5h://me:secret@p.example:1"));
        using var json = JsonDocument.Parse(result.StandardOutput);
        json.RootElement.GetProperty("command").GetString().Should().Be("seed");
        JsonElement proxy = json.RootElement.GetProperty("settings").EnumerateArray().Single(
            setting => setting.GetProperty("name").GetString() == "proxy");
        proxy.GetProperty("source").GetString().Should().Be("environment");
        proxy.GetProperty("values")[0].GetString().Should().Be("socks5h://***:***@p.example:1");
        proxy.GetProperty("places")[0].GetString().Should().Be("PIECES_PROXY");
        result.StandardOutput.Should().NotContain("secret");
    }

    [Theory]
    [InlineData("nonsense", "no command with settings")]
    [InlineData("downlod", "did you mean download?")]
    [InlineData("--prot=5", "did you mean --port?")]
    [InlineData("--port=x", "--port: \"x\" is neither a port from")]
    public async Task Config_refuses_what_the_command_would_refuse(string argument, string says)
    {
        PiecesResult result = await RunAsync(["config", argument]);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith("pieces: ").And.Contain(says);
    }

    [Fact]
    [Contract("command create --name")]
    public async Task A_setting_reaches_the_command()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a"), "hello", TestContext.Current.CancellationToken);
        WriteFile("name=b\ncreate-output=x.torrent");
        (await RunAsync(["create", "a"], ("PIECES_COMMENT", "from the environment"))).ExitCode.Should().Be(0);
        PiecesResult show = await RunAsync(["show", "x.torrent"], ("PIECES_FILES", "1"));
        show.StandardOutput.Should().StartWith("name:         b\n").And.Contain("from the environment").And.EndWith(" 5 b\n");
    }

    [Theory]
    [InlineData("PIECES_DOWN_LIMIT", "x", "PIECES_DOWN_LIMIT: \"x\" is not a number of bytes")]
    [InlineData("PIECES_SEED", "maybe", "PIECES_SEED: \"maybe\" is not one of 1, 0, true, false")]
    [InlineData("PIECES_PROXY", "http://p.example:1", "PIECES_PROXY: not implemented yet")]
    [InlineData("PIECES_ENCRYPTION", "maybe", "PIECES_ENCRYPTION: \"maybe\" is not one of prefer, require, off")]
    public async Task A_bad_variable_is_named_and_ends_it(string name, string value, string says)
    {
        PiecesResult result = await RunAsync(["download", "x.torrent"], (name, value));
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith($"pieces: {says}");
    }

    [Theory]
    [Contract("exit 2", "setting unknown-key-is-2")]
    [InlineData("down-limit=x", "1: down-limit: \"x\" is not a number of bytes")]
    [InlineData("\ndown-limt=1", "2: down-limt: no such setting (did you mean down-limit?)")]
    public async Task A_bad_line_of_the_file_is_named_and_ends_it(string text, string says)
    {
        WriteFile(text);
        PiecesResult result = await RunAsync(["download", "x.torrent"]);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith($"pieces: {ConfigPath}:{says}");
        (await RunAsync(["help"])).ExitCode.Should().Be(0, "help works while the file has a mistake");
    }

    [Fact]
    public async Task An_interface_of_the_file_that_is_gone_is_told_of_its_line()
    {
        WriteFile("interface=no-such-interface");
        PiecesResult result = await RunAsync(["download", "x.torrent"]);
        result.ExitCode.Should().Be(15);
        result.StandardError.Should().StartWith($"pieces: {ConfigPath}:1: interface no-such-interface: ");
    }

    [Fact]
    [Contract("setting {unknown-variable-warns,hook-variables-ignored}")]
    public async Task An_unknown_variable_is_a_warning_and_those_of_hooks_are_nothing()
    {
        PiecesResult result = await RunAsync(["show", "x.torrent"], ("PIECES_ODER", "x"), ("PIECES_HOOK_EVENT", "x"), ("PIECES_SEED", string.Empty));
        result.ExitCode.Should().Be(3);
        result.StandardError.Should().Be(
            "pieces: warning: PIECES_ODER: no such setting in the environment (did you mean PIECES_ORDER?)\n"
            + "pieces: x.torrent: no such file or folder\n");
    }

    [Fact]
    public async Task How_much_is_said_is_a_setting_as_well()
    {
        WriteFile("quiet=2");
        (await RunAsync(["show", "x.torrent"])).Should().Be(new PiecesResult(3, string.Empty, string.Empty));
        (await RunAsync(["show", "x.torrent", "-v"])).StandardError.Should().Be("pieces: x.torrent: no such file or folder\n");
    }

    [Theory]
    [InlineData("--proxy", "socks5h://me:secret@p.example:1080")]
    public async Task A_promise_that_cannot_be_kept_yet_is_refused(string flag, string value)
    {
        PiecesResult result = await RunAsync(["seed", "x.torrent", flag, value]);
        result.ExitCode.Should().Be(2);
        result.StandardError.Should().StartWith($"pieces: {flag}").And.Contain("not implemented yet").And.NotContain("secret");
    }

    [Fact]
    public async Task What_promises_nothing_is_accepted()
    {
        PiecesResult result = await RunAsync(["download", "x.torrent", "-v", "--encryption=off", "--dht-bootstrap", "192.0.2.1:6881"]);
        result.ExitCode.Should().Be(3, "only the torrent is missing");
        result.StandardError.Should().Contain("x.torrent").And.NotContain("not implemented");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteFile(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ConfigPath)!);
        File.WriteAllText(ConfigPath, text);
    }

    private async Task<PiecesResult> RunAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> environment = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        environment["XDG_CONFIG_HOME"] = _folder;
        await using PiecesProcess process = PiecesProcess.Start(arguments, _folder, environment: environment);
        return await process.WaitAsync();
    }
}
