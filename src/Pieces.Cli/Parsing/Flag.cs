using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pieces.Cli.Parsing;

/// <summary>
/// Creates options whose values are read by a function of <see cref="Values"/>. Help, manual, shell completion, environment and configuration file
/// all use these definitions. The description ends with <c>(default: X)</c> or <c>(default: X; more)</c>; an X without blanks is a value that the
/// flag accepts. The name of the value is <c>a|b|c</c> for a fixed set of words, begins with DIR or FILE for folders and files, and is URL if the
/// value may contain secrets.
/// </summary>
internal static class Flag
{
    /// <summary>
    /// Creates a switch. For the parser it takes no value; otherwise the parser would take a SOURCE named "true" as its value. <see
    /// cref="CommandLine"/> reads the value after an equals sign.
    /// </summary>
    public static Option<bool> Switch(string description, string name, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>Creates an optional flag with one value.</summary>
    public static Option<T> Of<T>(Func<string, T> read, string valueName, string description, string name, params string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Read(result, result.Tokens[0].Value, read),
        };

    /// <summary>Creates a flag that may be given more than once, with one value each time.</summary>
    public static Option<List<T>> Repeated<T>(Func<string, T> read, string valueName, string description, string name, params string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => result.Tokens.Select(token => Read(result, token.Value, read)).ToList()!,
        };

    /// <summary>Creates a flag whose value is one of a fixed set of words.</summary>
    public static Option<T> Choice<T>(IReadOnlyDictionary<string, T> words, string description, string name, params string[] aliases)
        where T : struct
    {
        string names = string.Join('|', words.Keys);
        return Of(
            text => words.TryGetValue(text, out T value)
                ? value
                : throw new FormatException($"\"{text}\" is not one of {names.Replace("|", ", ", StringComparison.Ordinal)}"),
            names,
            description,
            name,
            aliases);
    }

    private static T? Read<T>(ArgumentResult result, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            string flag = result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
            result.AddError($"{flag}: {e.Message}");
            return default;
        }
    }
}
