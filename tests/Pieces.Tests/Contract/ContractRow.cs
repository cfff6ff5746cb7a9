using Pieces.Tests.Metadata;

namespace Pieces.Tests.Contract;

/// <summary>One row of the contract of the command line.</summary>
/// <param name="Key">The key of the row.</param>
/// <param name="Later">The reason why no run can show it yet, or null.</param>
internal sealed record ContractRow(string Key, string? Later)
{
    private const string Mark = " later: ";

    /// <summary>All rows of <c>rows.txt</c>.</summary>
    public static IReadOnlyList<ContractRow> All { get; } =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests", "Pieces.Tests", "Contract", "rows.txt"))
            .Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(Parse),
    ];

    private static ContractRow Parse(string line)
    {
        int mark = line.IndexOf(Mark, StringComparison.Ordinal);
        return mark < 0 ? new ContractRow(line, null) : new ContractRow(line[..mark].TrimEnd(), line[(mark + Mark.Length)..].Trim());
    }
}
