using Pieces.Tests.Metadata;

namespace Pieces.Tests.Limits;

/// <summary>docs/limits.md is made from the code. <c>make limits</c> writes it: this test with <c>PIECES_WRITE_LIMITS=1</c>.</summary>
[Trait("Tier", "Pure")]
public class LimitsPageTests
{
    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "docs", "limits.md");

    [Fact]
    public void The_page_says_what_the_code_says()
    {
        string page = LimitTable.Page();
        if (Environment.GetEnvironmentVariable("PIECES_WRITE_LIMITS") == "1")
            File.WriteAllText(Path, page);
        File.ReadAllText(Path).ReplaceLineEndings("\n").Should().Be(page, "make limits writes the page again (PIECES_WRITE_LIMITS=1 and this test)");
    }

    [Fact]
    public void Every_test_that_goes_one_past_a_limit_exists_and_the_limit_too()
    {
        string[] known = [.. LimitTable.Read().Select(limit => limit.FullName)];
        OnePastTests.ByLimit.Keys.Should().BeSubsetOf(known, "these are limits of the code");
        OnePastTests.ByLimit.Values.Where(test => !OnePastTests.Exists(test)).Should().BeEmpty("these tests are to exist");
    }
}
