using Pieces.Cli.Failures;
using Pieces.Cli.Settings;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public sealed class ConfigFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-config-").FullName;

    [Theory]
    [InlineData("down-limit=2M", "down-limit", "2M")]
    [InlineData("  down-limit =\t2M  ", "down-limit", "2M")]
    [InlineData("\uFEFFdown-limit=2M\r", "down-limit", "2M")]
    [InlineData("down-limit=2M # for the evening", "down-limit", "2M")]
    [InlineData("down-limit=2M  # environment PIECES_DOWN_LIMIT", "down-limit", "2M")]
    [InlineData("output=/data/my #1 folder", "output", "/data/my #1 folder")]
    [InlineData("tracker=http://t.example/a#b?c=d", "tracker", "http://t.example/a#b?c=d")]
    [InlineData("name=a = b", "name", "a = b")]
    public void A_line_is_a_name_and_a_value(string line, string name, string value) =>
        ConfigFile.Parse(line, "config").Should().Equal(new ConfigEntry(name, value, 1));

    [Fact]
    public void Comments_and_blank_lines_only_count_as_lines() =>
        ConfigFile.Parse("# one\n\n   #two\r\n\t\nseed=1\n#seed=0", "config").Should().Equal(new ConfigEntry("seed", "1", 5));

    [Theory]
    [InlineData("seed=1\nseed", "config:2: \"seed\" is not a name=value line")]
    [InlineData("=1", "config:1: \"=1\" is not a name=value line")]
    [InlineData("\n\noutput=", "config:3: output: the value is empty")]
    [InlineData("output= # nothing", "config:1: output: the value is empty")]
    public void Another_line_is_refused_with_its_place(string text, string complaint)
    {
        FailureException failure = FluentActions.Invoking(() => ConfigFile.Parse(text, "config")).Should().Throw<FailureException>().Which;
        failure.Code.Should().Be(ExitCode.Usage);
        failure.Message.Should().StartWith(complaint);
    }

    [Fact]
    public void A_file_that_is_not_there_says_nothing()
    {
        ConfigFile.Load(null).Should().BeEmpty();
        ConfigFile.Load(Path.Combine(_folder, "nowhere", "config")).Should().BeEmpty();
    }

    [Fact]
    public void A_folder_in_its_place_is_said() =>
        FluentActions.Invoking(() => ConfigFile.Load(_folder)).Should().Throw<FailureException>().Which.Code.Should().Be(ExitCode.FileError);

    [Fact]
    public void A_file_of_absurd_size_is_refused_unread()
    {
        string path = Path.Combine(_folder, "config");
        File.WriteAllText(path, new string('#', ConfigFile.MaxLength));
        ConfigFile.Load(path).Should().BeEmpty();
        File.AppendAllText(path, "#");
        FluentActions.Invoking(() => ConfigFile.Load(path)).Should().Throw<FailureException>().Which.Code.Should().Be(ExitCode.Usage);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
