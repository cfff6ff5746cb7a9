using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;

namespace Pieces.Tests;

/// <summary>SECURITY.md promises only what is tested: every promise names tests, and these tests exist.</summary>
[Trait("Tier", "Pure")]
public partial class SecurityPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "SECURITY.md"));

    [Fact]
    public void Every_named_test_exists()
    {
        HashSet<string> tests = [.. typeof(SecurityPageTests).Assembly.GetTypes().Where(HasTests).Select(type => type.Name)];
        string[] named = [.. TestName().Matches(Page).Select(match => match.Groups[1].Value).Distinct()];
        named.Should().HaveCountGreaterThan(20).And.OnlyContain(name => tests.Contains(name));
    }

    [Fact]
    public void Every_row_of_protections_names_a_test() =>
        Page.Split('\n').Where(line => line.StartsWith("| a ", StringComparison.Ordinal)).Should().HaveCountGreaterThan(5)
            .And.OnlyContain(line => TestName().IsMatch(line));

    private static bool HasTests(Type type) => type.GetMethods().Any(method => method.IsDefined(typeof(FactAttribute), inherit: true));

    [GeneratedRegex("`([A-Za-z]+Tests)`")]
    private static partial Regex TestName();
}
