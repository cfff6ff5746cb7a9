using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class FlagCheckTests
{
    [Theory]
    [InlineData("x.torrent --seed -vv")]
    [InlineData("--port 0 x.torrent")]
    [InlineData("--port=0 x.torrent")]
    [InlineData("-p 0 -p6881 -vqv x.torrent")]
    [InlineData("- x.torrent")]
    [InlineData("--tracker -odd-looking-value x.torrent")]
    [InlineData("-- --anything-goes-here")]
    public void Known_flags_pass(string line) => FluentActions.Invoking(() => Check(line)).Should().NotThrow();

    [Theory]
    [InlineData("x.torrent --seeed", "--seeed", "--seed")]
    [InlineData("--prot=5 x.torrent", "--prot", "--port")]
    [InlineData("-vz x.torrent", "-vz", "-v")]
    [InlineData("--port --seeed x.torrent --prot 5", "--prot", "--port")]
    public void An_unknown_flag_names_the_nearest_known_one(string line, string flag, string nearest)
    {
        FailureException failure = FluentActions.Invoking(() => Check(line)).Should().Throw<FailureException>().Which;
        failure.Code.Should().Be(ExitCode.Usage);
        failure.Message.Should().StartWith($"{flag}: ").And.Contain($"did you mean {nearest}?");
    }

    [Theory]
    [InlineData("--se x.torrent")]
    [InlineData("--trac http://t.example/ x.torrent")]
    public void Abbreviations_are_unknown(string line) => FluentActions.Invoking(() => Check(line)).Should().Throw<FailureException>();

    [Fact]
    public void A_flag_of_absurd_length_is_not_compared_with_all_others() =>
        FluentActions.Invoking(() => Check("--" + new string('x', 100_000))).Should().Throw<FailureException>()
            .Which.Message.Should().NotContain("did you mean");

    private static void Check(string line)
    {
        var root = new RootCommand();
        root.Options.Clear();
        new CommonFlags().AddTo(root);
        var command = new Command("download");
        new SwarmFlags().AddTo(command);
        new SeedGoalFlags(withSwitch: true).AddTo(command);
        root.Subcommands.Add(command);
        FlagCheck.Check(line.Split(' '), command);
    }
}
