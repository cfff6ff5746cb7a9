using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Pieces.Cli;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Limits;

/// <summary>A limit in the code.</summary>
/// <param name="Type">The type that has the constant.</param>
/// <param name="Name">The constant.</param>
/// <param name="Value">Its value.</param>
/// <param name="Reason">Its summary.</param>
internal sealed record Limit(Type Type, string Name, string Value, string Reason)
{
    /// <summary>The names of the type and the constant.</summary>
    public string FullName => $"{Type.Name}.{Name}";
}

/// <summary>
/// All limits of the program: documented constants whose names identify them as limits. The value is that of the compiled constant, the reason is its
/// summary in the source, and the test is that of <see cref="OnePastTests"/>.
/// </summary>
internal static partial class LimitTable
{
    private static readonly (Assembly Assembly, string Folder)[] Parts =
        [(typeof(TorrentClient).Assembly, "src/Pieces"), (typeof(Application).Assembly, "src/Pieces.Cli")];

    /// <summary>Reads the limits from the source.</summary>
    public static IReadOnlyList<Limit> Read()
    {
        var limits = new List<Limit>();
        foreach ((Assembly assembly, string folder) in Parts)
        {
            ILookup<string, Type> types = assembly.GetTypes().ToLookup(type => type.Name);
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            {
                if (!file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                    limits.AddRange(Read(File.ReadAllText(file), types));
            }
        }

        return [.. limits.OrderBy(limit => limit.Type.Namespace, StringComparer.Ordinal).ThenBy(limit => limit.Type.Name, StringComparer.Ordinal)
            .ThenBy(limit => limit.Name, StringComparer.Ordinal)];
    }

    /// <summary>Returns the text of the page.</summary>
    public static string Page()
    {
        var page = new StringBuilder("""
            # Limits

            Every limit of the program, from its code: `make limits` writes this page, and a test compares the two. The last column names the test
            that goes one past the limit.

            """.ReplaceLineEndings("\n"));
        foreach (IGrouping<string?, Limit> group in Read().GroupBy(limit => limit.Type.Namespace))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n\n| limit | value | reason | test |\n|---|---|---|---|\n");
            foreach (Limit limit in group)
            {
                string test = OnePastTests.ByLimit.TryGetValue(limit.FullName, out string? known) ? $"`{known}`" : string.Empty;
                page.Append(CultureInfo.InvariantCulture, $"| `{limit.FullName}` | {limit.Value} | {limit.Reason} | {test} |\n");
            }
        }

        return page.ToString();
    }

    private static IEnumerable<Limit> Read(string source, ILookup<string, Type> types)
    {
        foreach (Match match in Declaration().Matches(source))
        {
            Match owner = Owner().Matches(source[..match.Index]).Last();
            string name = match.Groups["name"].Value;
            string space = Namespace().Match(source).Groups["name"].Value;
            const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            FieldInfo? field = types[owner.Groups["name"].Value].Where(type => type.Namespace == space)
                .Select(type => type.GetField(name, Any)).FirstOrDefault(found => found is not null);
            if (field is not null)
                yield return new Limit(field.DeclaringType!, name, ValueOf(field), ReasonOf(match.Groups["summary"].Value));
        }
    }

    private static string ValueOf(FieldInfo field) => field.GetValue(null) switch
    {
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s"),
        IFormattable number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => "?",
    };

    // Returns a comment without its marks and tags, on one line.
    private static string ReasonOf(string summary)
    {
        string text = Reference().Replace(Mark().Replace(summary, " "), match => $"`{match.Groups["name"].Value.Split(',')[0]}`");
        return Space().Replace(Tag().Replace(text, string.Empty), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(
        """(?<summary>(?:^ *///[^\n]*\n)+) *(?:public|internal|private) """
            + """(?:const (?:int|long)|static readonly TimeSpan) (?<name>Max\w*|\w*Capacity|\w*Limit|\w*Rate) =""",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(
        """^ *(?:[a-z]+ )*(?:class|record struct|record|struct|interface) (?<name>\w+)""",
        RegexOptions.Multiline)]
    private static partial Regex Owner();

    [GeneratedRegex("""^namespace (?<name>[\w.]+);""", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex("""^ *///""", RegexOptions.Multiline)]
    private static partial Regex Mark();

    [GeneratedRegex("""<(?:see|paramref) (?:cref|name)="(?<name>[^"(]+)[^>]*/>""")]
    private static partial Regex Reference();

    [GeneratedRegex("""</?\w+[^>]*>""")]
    private static partial Regex Tag();

    [GeneratedRegex("""\s+""")]
    private static partial Regex Space();
}
