using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests;

[Trait("Tier", "Pure")]
public class TestOutputTests
{
    [Theory]
    [InlineData("plain\ttext\n", "plain\ttext\n")]
    [InlineData("a\0b\u001bc\uffff", "a?b?c?")]
    public void Only_characters_that_a_report_can_hold_are_kept(string text, string kept) => TestOutput.Clean(text).Should().Be(kept);

    // Not a row of the test above: an attribute cannot hold half a pair.
    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => TestOutput.Clean("\U0001F600 \ud800 \udc00").Should().Be("\U0001F600 ? ?");

    [Fact]
    public void No_test_writes_output_by_another_way() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Pieces.Tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), "TestOutput" + "Helper"))
            .Select(Path.GetFileName).Should().Equal("TestOutput.cs");
}
