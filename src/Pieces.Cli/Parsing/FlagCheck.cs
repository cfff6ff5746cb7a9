using System.CommandLine;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Parsing;

/// <summary>
/// Rejects flags that a command does not know. The parser would treat an unknown flag as a positional argument, and a download would start without
/// what the user requested.
/// </summary>
internal static class FlagCheck
{
    /// <summary>Maximum length of an unknown flag, in characters, for which a similar known flag is suggested.</summary>
    private const int MaxComparedLength = 64;

    /// <summary>Checks all arguments before a <c>--</c>.</summary>
    /// <param name="args">The arguments of the user.</param>
    /// <param name="command">The command that they are for.</param>
    /// <exception cref="FailureException">A flag is unknown.</exception>
    public static void Check(IReadOnlyList<string> args, Command command)
    {
        Dictionary<string, Option> known = KnownFlags.ByName(command);
        for (int i = 0; i < args.Count && args[i] != "--"; i++)
        {
            string arg = args[i];
            if (arg.Length < 2 || arg[0] != '-')
                continue;
            string name = KnownFlags.NameOf(arg);
            if (known.TryGetValue(name, out Option? option))
            {
                // The next argument is this flag's value, even if it looks like a flag, unless it is a known flag.
                bool valueFollows = name.Length == arg.Length && KnownFlags.TakesValue(option);
                if (valueFollows && i + 1 < args.Count && !known.ContainsKey(KnownFlags.NameOf(args[i + 1])))
                    i++;
            }
            else if (!IsBundle(name, known))
            {
                throw FailureException.Usage(Complaint(name, command, known));
            }
        }
    }

    private static string Complaint(string name, Command command, Dictionary<string, Option> known)
    {
        string? nearest = name.Length <= MaxComparedLength ? NearestName.Of(name, known.Keys) : null;
        string hint = nearest is null ? $"see 'pieces help {command.Name}'" : $"did you mean {nearest}?";
        return $"{name}: no such flag of '{command.Name}' ({hint})";
    }

    // Whether the name is a bundle of short flags: "-vv" is -v twice, and "-p6881" is -p with a value.
    private static bool IsBundle(string name, Dictionary<string, Option> known)
    {
        if (name.StartsWith("--", StringComparison.Ordinal))
            return false;
        for (int i = 1; i < name.Length; i++)
        {
            if (!known.TryGetValue($"-{name[i]}", out Option? option))
                return false;
            if (KnownFlags.TakesValue(option))
                return true;
        }

        return true;
    }
}
