using Pieces.Cli.Parsing;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class NearestNameTests
{
    private static readonly string[] Flags = ["--seed", "--seed-time", "--peer", "--port", "--output", "-v"];

    [Theory]
    [InlineData("--seeed", "--seed")]
    [InlineData("--seed-tiem", "--seed-time")]
    [InlineData("--outptu", "--output")]
    [InlineData("--pore", "--port")]
    public void A_slip_of_the_finger_is_recognised(string name, string nearest) => NearestName.Of(name, Flags).Should().Be(nearest);

    [Theory]
    [InlineData("--frobnicate")]
    [InlineData("-z9")]
    [InlineData("")]
    public void What_is_like_nothing_has_no_nearest(string name) => NearestName.Of(name, Flags).Should().BeNull();

    [Theory]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_single_letters(string a, string b, int distance) => NearestName.Distance(a, b).Should().Be(distance);
}
