using System.Reflection;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Checks that <c>rows.txt</c> contains the whole contract, and that each of its rows has a test.</summary>
[Trait("Tier", "Loopback")]
public class ContractCoverageTests
{
    private static readonly string[] Rows = [.. ContractRow.All.Select(row => row.Key)];

    [Fact]
    public void Each_row_stands_there_once() => Rows.Should().OnlyHaveUniqueItems();

    [Fact]
    public void Each_row_has_a_test_that_runs_by_itself() =>
        ContractRow.All.Where(row => row.Later is null).Select(row => row.Key)
            .Except(MarkedTests().Where(test => !IsExplicit(test.Method)).Select(test => test.Key)).Should().BeEmpty();

    [Fact]
    public void Each_mark_names_a_row() =>
        MarkedTests().Where(test => !Rows.Contains(test.Key)).Select(test => $"{test.Method.Name}: {test.Key}").Should().BeEmpty();

    [Fact]
    public void Each_mark_is_on_a_test() =>
        MarkedTests().Where(test => test.Method.GetCustomAttribute<FactAttribute>() is null).Select(test => test.Method.Name).Should().BeEmpty();

    [Fact]
    public void A_row_with_a_test_is_not_put_off() =>
        ContractRow.All.Where(row => row.Later is not null).Select(row => row.Key)
            .Intersect(MarkedTests().Select(test => test.Key)).Should().BeEmpty();

    [Fact]
    public void The_tables_of_the_contract_and_the_rows_are_the_same()
    {
        string? path = ContractTables.FindFile();
        Assert.SkipWhen(path is null, "the contract's text is not beside the repository");
        string[] ofTables = [.. Rows.Where(row => ContractTables.Kinds.Contains(row.Split(' ')[0]))];
        ofTables.Should().BeEquivalentTo(ContractTables.KeysOf(path!));
    }

    [Fact]
    public async Task What_is_put_off_is_known_by_name_and_never_ignored()
    {
        foreach (string flag in ContractRow.All
            .Where(row => row.Later is not null && row.Key.StartsWith("flag ", StringComparison.Ordinal)).Select(row => row.Key[5..]))
        {
            string[] words = flag switch
            {
                "--proxy" => [flag, "socks5h://127.0.0.1:1"],
                "--dht-bootstrap" => [flag, "127.0.0.1:1"],
                "--encryption" => [flag, "prefer"],
                _ => flag.Split(' '),
            };
            PiecesResult result = await PiecesProcess.RunAsync(["download", "nowhere.torrent", .. words]);
            bool isRefused = result.ExitCode == 2 && result.StandardError.Contains("not implemented yet", StringComparison.Ordinal);
            (isRefused || result.ExitCode == 3).Should().BeTrue("{0}: {1}", flag, result.StandardError);
        }

        if (ContractRow.All.Any(row => row is { Key: "command share", Later: not null }))
            (await PiecesProcess.RunAsync("share", ".")).StandardError.Should().Contain("not implemented yet");
    }

    private static IEnumerable<(string Key, MethodInfo Method)> MarkedTests() =>
        from type in typeof(ContractAttribute).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
        from attribute in method.GetCustomAttributes<ContractAttribute>()
        from key in attribute.Keys
        select (key, method);

    private static bool IsExplicit(MethodInfo method) => method.GetCustomAttribute<FactAttribute>()?.Explicit == true;
}
