using Pieces.Cli.Share;
using Pieces.Storage;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Share;

[Trait("Tier", "Pure")]
public class SharePlanTests
{
    [Theory]
    [InlineData("x/a", "x/a")]
    [InlineData("x", "x/")]
    [InlineData("x", "x/a", "x/b")]
    [InlineData("", "x/a", "xy/c")]
    [InlineData("x", "x/a", "x/d/e", "x/d/f")]
    [InlineData("", "x", "xy")]
    public async Task What_is_shared_lies_where_it_was_and_not_where_its_name_would_have_it(string expected, params string[] paths)
    {
        using var folder = new TempFolder();
        foreach (string file in new[] { "x/a", "x/b", "x/d/e", "x/d/f", "xy/c" })
            folder.Write(file, [1]);
        string[] full = [.. paths.Select(path => folder[path])];
        LocalContent content = await LocalContent.DescribeAsync(
            new() { Paths = [.. full], Name = "other" }, cancellationToken: TestContext.Current.CancellationToken);
        SharePlan.Of(content, full, null).Location.Should().Be(Path.TrimEndingDirectorySeparator(folder[expected]));
    }
}
