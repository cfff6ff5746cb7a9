using System.Text;
using Pieces.Cli.Hooks;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class HookLinesTests
{
    [Fact]
    public async Task A_line_is_said_whole_to_its_limit_and_one_longer_is_split()
    {
        string longest = new('a', HookLines.MaxLength);
        (await SaidAsync($"{longest}\nnext\n")).Should().Equal(longest, "next");
        (await SaidAsync($"{longest}b\nnext")).Should().Equal(longest, "b", "next");
        (await SaidAsync(longest)).Should().Equal(longest);
    }

    [Fact]
    public async Task Empty_lines_are_said_and_the_ends_of_lines_are_not() =>
        (await SaidAsync("a\r\n\nb\n")).Should().Equal("a", "", "b");

    private static async Task<List<string>> SaidAsync(string text)
    {
        List<string> said = [];
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await HookLines.PumpAsync(stream, said.Add);
        return said;
    }
}
