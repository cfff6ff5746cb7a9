using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pieces.Cli.Parsing;

/// <summary>
/// Makes options whose values are read by a function of <see cref="Values"/>. Help, manual, completion, environment and configuration file all read
/// what is said here: the description ends with <c>(default: X)</c>, or <c>(default: X; more)</c>, where X without blanks is a value that the flag
/// takes; the value's name is <c>a|b|c</c> for a few words, begins with DIR or FILE for folders and files, and is URL where there may be secrets.
/// </summary>
internal static class Flag
{
    /// <summary>
    /// A flag that is there or not. For the parser it has no value, or it would take a SOURCE called "true" for one: <see cref="CommandLine"/> reads
    /// what stands behind a sign of equality.
    /// </summary>
    public static Option<bool> Switch(string description, string name, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A flag with a value that may be left out altogether.</summary>
    public static Option<T> Of<T>(Func<string, T> read, string valueName, string description, string name, params string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Read(result, result.Tokens[0].Value, read),
        };

    /// <summary>A flag that may be given again, with one value each time.</summary>
    public static Option<List<T>> Repeated<T>(Func<string, T> read, string valueName, string description, string name, params string[] aliases) =>
        new(name, aliases)
        {
            Description = description,
            HelpName = valueName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => result.Tokens.Select(token => Read(result, token.Value, read)).ToList()!,
        };

    /// <summary>A flag whose value is one of a few words.</summary>
    public static Option<T> Choice<T>(IReadOnlyDictionary<string, T> words, string description, string name, params string[] aliases)
        where T : struct
    {
        string names = string.Join('|', words.Keys);
        return Of(
            text => words.TryGetValue(text, out T value) ? value : throw new FormatException($"\"{text}\" is none of {names.Replace("|", ", ", StringComparison.Ordinal)}"),
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
