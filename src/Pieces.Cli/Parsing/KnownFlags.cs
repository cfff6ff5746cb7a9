using System.CommandLine;

namespace Pieces.Cli.Parsing;

/// <summary>The flags of a command: its own and those that it inherits.</summary>
internal static class KnownFlags
{
    /// <summary>Returns all flags, including hidden ones: first the command's own flags, then those that it inherits.</summary>
    public static IEnumerable<Option> Of(Command command)
    {
        IEnumerable<Option> inherited = command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive);
        return command.Options.Concat(inherited);
    }

    /// <summary>Returns all flags by each of their names, including the dashes.</summary>
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

    /// <summary>Whether the flag takes a value.</summary>
    public static bool TakesValue(Option option) => option.Arity.MinimumNumberOfValues > 0;

    /// <summary>Whether the flag may be given more than once, each time with a further value.</summary>
    public static bool IsRepeatable(Option option) => option.Arity.MaximumNumberOfValues > 1;

    /// <summary>
    /// Returns a flag with its value in the form that the parser accepts. The value follows an equals sign, because it may look like a flag. An empty
    /// value is a separate argument, because after an equals sign the parser would ignore it and take the next argument as the value.
    /// </summary>
    public static string[] WithValue(string name, string value) => value.Length > 0 ? [$"{name}={value}"] : [name, value];

    /// <summary>
    /// Returns the name of the flag in an argument such as <c>--port=0</c>. The parser accepts a colon in place of the equals sign.
    /// </summary>
    public static string NameOf(string argument)
    {
        int end = argument.IndexOfAny(['=', ':']);
        return end < 0 ? argument : argument[..end];
    }
}
