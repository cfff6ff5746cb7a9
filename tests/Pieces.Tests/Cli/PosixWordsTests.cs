using Pieces.Cli.Hooks;
using Pieces.Cli.Parsing;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class PosixWordsTests
{
    [Theory]
    [InlineData("notify", "notify")]
    [InlineData("  mv  -t\tdir\n ", "mv", "-t", "dir")]
    [InlineData("a 'b c' \"d e\"", "a", "b c", "d e")]
    [InlineData("a'b'\"c\"d", "abcd")]
    [InlineData("a '' \"\"", "a", "", "")]
    [InlineData(@"a\ b \'c \\", "a b", "'c", @"\")]
    [InlineData(@"x 'a\b'", "x", @"a\b")]
    [InlineData("""x "\$H \`a \"b \\ \n" """, "x", """$H `a "b \ \n""")]
    [InlineData("a\\\nb \"c\\\nd\"", "ab", "cd")]
    [InlineData("x $HOME *.iso ~ | y; > f & `id` # g", "x", "$HOME", "*.iso", "~", "|", "y;", ">", "f", "&", "`id`", "#", "g")]
    public void Quotes_are_those_of_a_shell_and_nothing_else_is(string text, params string[] words) => PosixWords.Split(text).Should().Equal(words);

    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    [InlineData("'' x")]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    [InlineData("a \"b\\\"")]
    [InlineData("a\\")]
    [InlineData("a b\0c")]
    public void What_is_no_command_is_refused(string text) =>
        FluentActions.Invoking(() => PosixWords.Split(text)).Should().Throw<FormatException>();
}
