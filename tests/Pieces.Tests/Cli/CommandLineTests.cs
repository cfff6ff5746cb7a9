using System.CommandLine;
using Pieces.Cli.Parsing;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class CommandLineTests
{
    [Theory]
    [InlineData("download x --seed", "download x --seed")]
    [InlineData("download x --seed=true", "download x --seed")]
    [InlineData("download x --seed=1", "download x --seed")]
    [InlineData("download x --seed:1", "download x --seed")]
    [InlineData("download --order=in-order x -- --seed=1", "download --order=in-order x -- --seed=1")]
    [InlineData("download --peer --seed=1 x", "download --peer --seed=1 x")]
    [InlineData("-v --quiet=1 download x", "-v --quiet download x")]
    public void The_parser_sees_a_switch_without_its_value(string line, string parsed) =>
        Read(line).Arguments.Should().Equal(parsed.Split(' '));

    [Theory]
    [InlineData("download x --seed=false", "download x")]
    [InlineData("download --seed --seed=0 x", "download x")]
    [InlineData("-v download x --verbose=0 --seed=false", "download x")]
    public void A_switch_that_is_off_is_not_there(string line, string parsed)
    {
        CommandLine read = Read(line);
        read.Arguments.Should().Equal(parsed.Split(' '));
        read.SwitchedOff.Select(option => option.Name).Should().Contain(line.Contains("seed", StringComparison.Ordinal) ? "--seed" : "--verbose");
        read.Arguments[read.CommandIndex].Should().Be("download");
    }

    [Fact]
    public void The_last_word_about_a_switch_counts()
    {
        CommandLine read = Read("download --seed=false x --seed");
        read.Arguments.Should().Equal("download", "x", "--seed");
        read.SwitchedOff.Should().BeEmpty();
    }

    [Theory]
    [InlineData("download --seed=maybe x", "--seed: \"maybe\" is not one of 1, 0, true, false")]
    [InlineData("download --seed= x", "--seed: \"\" is not one of 1, 0, true, false")]
    [InlineData("download -vq=0 x", "-vq=0: a flag with a value cannot be combined with others")]
    public void A_value_that_a_switch_cannot_have_is_said(string line, string complaint) => Read(line).Complaint.Should().StartWith(complaint);

    [Theory]
    [InlineData("download -p=0 x")]
    [InlineData("download -vp=0 x")]
    [InlineData("download x=y --down-limit=1K")]
    [InlineData("frobnicate --seed=maybe")]
    public void Nothing_else_is_touched(string line)
    {
        CommandLine read = Read(line);
        read.Arguments.Should().Equal(line.Split(' '));
        read.Complaint.Should().BeNull();
    }

    [Theory]
    [InlineData("download --output= x", "download|--output||x")]
    [InlineData("download --output: x", "download|--output||x")]
    [InlineData("download -o= x", "download|-o||x")]
    [InlineData("download -vo= x", "download|-vo||x")]
    [InlineData("create x --comment=", "create|x|--comment|")]
    [InlineData("download --peer --output= x", "download|--peer|--output=|x")]
    [InlineData("download x -- --output=", "download|x|--|--output=")]
    [InlineData("download x= --select=", "download|x=|--select|")]
    public void An_empty_value_stands_by_itself(string line, string parsed) => Read(line).Arguments.Should().Equal(parsed.Split('|'));

    [Theory]
    [InlineData("create --comment= x", "--comment")]
    [InlineData("create --comment: x", "--comment")]
    [InlineData("create --name= x", "--name")]
    public void An_empty_value_is_a_value_and_leaves_the_next_argument_alone(string line, string flag)
    {
        RootCommand root = TestTree.Create();
        ParseResult parse = root.Parse(CommandLine.Read(root, line.Split(' ')).Arguments);
        parse.Errors.Should().BeEmpty();
        parse.GetValue<string>(flag).Should().BeEmpty();
        parse.GetValue<string[]>("PATH").Should().Equal("x");
    }

    [Theory]
    [InlineData("download --down-limit= x", "--down-limit: \"\" is not a number of bytes")]
    [InlineData("download --select= x", "--select: the pattern is empty")]
    [InlineData("download --peer= x", "--peer: \"\" is not HOST:PORT")]
    [InlineData("download --input= x", "--input: the name is empty")]
    [InlineData("create -o= x", "--output: the name is empty")]
    public void An_empty_value_that_cannot_be_used_is_said_as_such(string line, string complaint)
    {
        RootCommand root = TestTree.Create();
        ParseResult parse = root.Parse(CommandLine.Read(root, line.Split(' ')).Arguments);
        parse.Errors.Should().ContainSingle().Which.Message.Should().StartWith(complaint);
    }

    [Fact]
    public void A_source_called_true_is_no_value_of_a_switch()
    {
        RootCommand root = TestTree.Create();
        ParseResult parse = root.Parse(["download", "--seed", "true"]);
        parse.Errors.Should().BeEmpty();
        parse.GetValue<string[]>("SOURCE").Should().Equal("true");
    }

    [Fact]
    public void More_flags_go_right_behind_the_command()
    {
        Read("-v download x").With(["--order=in-order"]).Should().Equal("-v", "download", "--order=in-order", "x");
    }

    private static CommandLine Read(string line) => CommandLine.Read(TestTree.Create(), line.Split(' '));
}
