using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Contract;

/// <summary>The tables of the written contract as keys of <c>rows.txt</c>.</summary>
internal static partial class ContractTables
{
    /// <summary>The first words of keys that come from tables; all other keys are rules in the text.</summary>
    public static readonly string[] Kinds = ["command", "flag", "event", "exit"];

    /// <summary>
    /// The heading of tables of features that are not implemented yet. Such a row is added to <c>rows.txt</c> when the feature is implemented.
    /// </summary>
    private const string NextRound = "Added in the next round";

    /// <summary>Returns the path of the contract, or null if it is not beside the repository.</summary>
    public static string? FindFile() => ((string[])["..", "../.."])
        .Select(up => Path.Combine(Repository.Root, up, "shared", "CLI.md")).FirstOrDefault(File.Exists);

    /// <summary>Returns one key for each command, flag, value of a choice, field, and exit code.</summary>
    public static IEnumerable<string> KeysOf(string path)
    {
        string heading = "";
        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith('#'))
                heading = line.TrimStart('#', ' ');
            if (heading == NextRound)
                continue;
            string[] cells = [.. CellEnd().Split(line).Select(cell => cell.Trim())];
            if (!line.StartsWith("| ", StringComparison.Ordinal) || cells[1] is "command" or "flag" or "event" or "code")
                continue;
            foreach (string key in KeysOf(heading, cells[1].Replace("\\|", "|", StringComparison.Ordinal), cells[2]))
                yield return key;
        }
    }

    private static IEnumerable<string> KeysOf(string heading, string name, string meaning) => heading switch
    {
        "Commands" => OfCommand(name),
        "`--json` events" => OfEvents(name, meaning),
        "Exit codes" => name.Split(", ").Select(code => $"exit {code}"),
        _ => name.StartsWith("`-", StringComparison.Ordinal) ? OfFlags(name) : throw new FormatException($"{heading}: {name}"),
    };

    private static IEnumerable<string> OfCommand(string usage)
    {
        string[] words = usage.Trim('`').Split(' ');
        string command = $"command {words[1]}";
        return Enumerable.Concat(
            FlagName().Matches(usage).Select(flag => $"{command} {flag.Value}"),
            words.Where(word => word.Contains('|', StringComparison.Ordinal)).SelectMany(word => word.Trim('[', ']').Split('|'))
                .Select(word => $"{command} {word}"))
            .Prepend(command);
    }

    private static IEnumerable<string> OfFlags(string cell)
    {
        foreach (string group in Quoted().Matches(cell).Select(match => match.Groups[1].Value))
        {
            string[] names = [.. FlagName().Matches(group).Select(flag => flag.Value)];
            foreach (string name in names)
                yield return $"flag {name}";
            string value = FlagName().Replace(group, "").Trim(' ', ',');
            string[] alternatives = value.Contains('|', StringComparison.Ordinal) ? value.Split('|') : value.Split(" or ");
            foreach (string alternative in alternatives.Where(_ => alternatives.Length > 1))
                yield return $"flag {names[^1]} {alternative}";
        }
    }

    private static IEnumerable<string> OfEvents(string names, string meaning)
    {
        string[] fields = [.. Quoted().Matches(meaning).Select(match => match.Groups[1].Value)];
        return Quoted().Matches(names).Select(match => match.Groups[1].Value)
            .SelectMany(name => fields.Select(field => $"event {name} {field}").Prepend($"event {name}"));
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex CellEnd();

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w-])--?[A-Za-z0-9][\w-]*")]
    private static partial Regex FlagName();
}
