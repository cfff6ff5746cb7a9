using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>The flags of a command: its own, and those that belong to every command.</summary>
internal static class KnownFlags
{
    /// <summary>All of them, its own first; hidden ones too.</summary>
    public static IEnumerable<Option> Of(Command command)
    {
        IEnumerable<Option> inherited = command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive);
        return command.Options.Concat(inherited);
    }

    /// <summary>All of them by each of their names, dashes included.</summary>
    public static Dictionary<string, Option> ByName(Command command)
    {
        var known = new Dictionary<string, Option>(StringComparer.Ordinal);
        foreach (Option option in Of(command))
        {
            known.TryAdd(option.Name, option);
            foreach (string alias in option.Aliases)
                known.TryAdd(alias, option);
        }

        return known;
    }

    /// <summary>Whether a value belongs to the flag.</summary>
    public static bool TakesValue(Option option) => option.Arity.MinimumNumberOfValues > 0;

    /// <summary>Whether the flag may be given again with one more value.</summary>
    public static bool IsRepeatable(Option option) => option.Arity.MaximumNumberOfValues > 1;

    /// <summary>
    /// A flag with its value as the parser takes it: behind a sign of equality, since a value may look like a flag; an empty one by itself, since
    /// behind that sign the parser would not see it and take the next argument for the value.
    /// </summary>
    public static string[] WithValue(string name, string value) => value.Length > 0 ? [$"{name}={value}"] : [name, value];

    /// <summary>The flag in an argument such as <c>--port=0</c>; the parser takes a colon for the sign of equality, too.</summary>
    public static string NameOf(string argument)
    {
        int end = argument.IndexOfAny(['=', ':']);
        return end < 0 ? argument : argument[..end];
    }
}
