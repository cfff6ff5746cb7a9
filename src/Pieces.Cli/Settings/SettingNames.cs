using System.CommandLine;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>
/// Names of flags in the environment and in the configuration file: the name of the flag without the leading dashes. The file applies to all
/// commands. If a flag shares its name with a flag of <c>download</c> but has another meaning, its name in the file begins with the name of the
/// command. For example, --output of <c>download</c> names a folder, but --output of <c>create</c> names a torrent file.
/// </summary>
internal static class SettingNames
{
    /// <summary>Prefix of environment variables that are settings.</summary>
    public const string Prefix = "PIECES_";

    /// <summary>Prefix of environment variables for hooks. They are never read as settings.</summary>
    public const string HookPrefix = "PIECES_HOOK_";

    /// <summary>The command that lists the settings of another command. The flags of that command follow its name.</summary>
    public const string ListCommand = "config";

    private static readonly HashSet<string> WithoutSettings = ["help", ListCommand, "completion"];

    private static readonly HashSet<string> Ambiguous =
    [
        "create --output", "create --overwrite", "create --tracker", "magnet --output", "magnet --overwrite", "magnet --peer",
        "magnet --tracker", "tracker --port",
    ];

    /// <summary>Whether settings apply to the command.</summary>
    public static bool AreTakenBy(Command command) => !WithoutSettings.Contains(command.Name);

    /// <summary>Returns the flags of a command that can be settings, in the order of its help.</summary>
    public static IEnumerable<Option> FlagsOf(Command command) =>
        KnownFlags.Of(command).Where(option => !option.Hidden && option.Name is not ("--help" or "--version"));

    /// <summary>Returns the name of the setting in the file, without the name of the command.</summary>
    public static string Of(Option option) => Longest(option).TrimStart('-');

    /// <summary>Returns all names of the setting in the file, the usual one first.</summary>
    public static IEnumerable<string> InFile(Command command, Option option) =>
        IsAmbiguous(command, option) ? [$"{command.Name}-{Of(option)}"] : Plain(option);

    /// <summary>
    /// Returns all names of the setting in the environment, in descending precedence. The plain name of the flag is valid for every command, because
    /// a variable may be set for a single run.
    /// </summary>
    public static IEnumerable<string> InEnvironment(Command command, Option option)
    {
        IEnumerable<string> names = IsAmbiguous(command, option) ? InFile(command, option).Concat(Plain(option)) : Plain(option);
        return names.Select(name => Prefix + name.ToUpperInvariant().Replace('-', '_'));
    }

    /// <summary>Whether the flag is counted, such as <c>-vv</c>. Its setting is a number.</summary>
    public static bool IsCounted(Option option) => option.Name is "--verbose" or "--quiet";

    private static bool IsAmbiguous(Command command, Option option) => Ambiguous.Contains($"{command.Name} {option.Name}");

    private static IEnumerable<string> Plain(Option option)
    {
        yield return Of(option);
        foreach (string alias in option.Aliases)
        {
            if (IsLong(alias) && alias != Longest(option))
                yield return alias[2..];
        }
    }

    private static string Longest(Option option) => IsLong(option.Name) ? option.Name : option.Aliases.FirstOrDefault(IsLong) ?? option.Name;

    private static bool IsLong(string name) => name.StartsWith("--", StringComparison.Ordinal);
}
