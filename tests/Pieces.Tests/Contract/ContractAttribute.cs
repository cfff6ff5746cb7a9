namespace Pieces.Tests.Contract;

/// <summary>
/// Rows of <c>rows.txt</c> that a test covers by running the executable. <c>event start {name,size}</c> is <c>event start name</c> and <c>event start
/// size</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ContractAttribute(params string[] rows) : Attribute
{
    /// <summary>The keys of the rows, one by one.</summary>
    public IEnumerable<string> Keys => rows.SelectMany(Expand);

    private static IEnumerable<string> Expand(string row)
    {
        int open = row.IndexOf('{', StringComparison.Ordinal), close = row.IndexOf('}', StringComparison.Ordinal);
        return open < 0 ? [row] : row[(open + 1)..close].Split(',').Select(word => $"{row[..open]}{word}{row[(close + 1)..]}");
    }
}
