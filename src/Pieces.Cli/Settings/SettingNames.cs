using System.CommandLine;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>
/// What flags are called in the environment and in the configuration file: as on the command line, without the dashes in front. The file serves all
/// commands, so flags that share a name with one of <c>download</c> and mean something else have their command's name in front: the folder for
/// downloads is no torrent to write, and a tracker to ask is none to write into a link.
/// </summary>
internal static class SettingNames
{
    /// <summary>What variables of the environment begin with.</summary>
    public const string Prefix = "PIECES_";

    /// <summary>What variables begin with that are for hooks, and never read.</summary>
    public const string HookPrefix = "PIECES_HOOK_";

    /// <summary>The command that lists the settings of another one, whose flags follow its name.</summary>
    public const string ListCommand = "config";

    private static readonly HashSet<string> WithoutSettings = ["help", ListCommand, "completion"];

    private static readonly HashSet<string> Ambiguous =
    [
        "create --output", "create --overwrite", "create --tracker", "magnet --output", "magnet --overwrite", "magnet --peer",
        "magnet --tracker", "tracker --port",
    ];

    /// <summary>Whether settings complete the flags of the command.</summary>
    public static bool AreTakenBy(Command command) => !WithoutSettings.Contains(command.Name);

    /// <summary>The flags of a command that can be given as settings, in the order of its help.</summary>
    public static IEnumerable<Option> FlagsOf(Command command) =>
        KnownFlags.Of(command).Where(option => !option.Hidden && option.Name is not ("--help" or "--version"));

    /// <summary>The setting's name: that of the file, without the command in front.</summary>
    public static string Of(Option option) => Longest(option).TrimStart('-');

    /// <summary>All its names in the file, the usual one first.</summary>
    public static IEnumerable<string> InFile(Command command, Option option) =>
        IsAmbiguous(command, option) ? [$"{command.Name}-{Of(option)}"] : Plain(option);

    /// <summary>
    /// All its names in the environment, the stronger first. A variable may be meant for this one run, so the flag's name alone is enough for any command.
    /// </summary>
    public static IEnumerable<string> InEnvironment(Command command, Option option)
    {
        IEnumerable<string> names = IsAmbiguous(command, option) ? InFile(command, option).Concat(Plain(option)) : Plain(option);
        return names.Select(name => Prefix + name.ToUpperInvariant().Replace('-', '_'));
    }

    /// <summary>Whether the flag is one that is counted, such as <c>-vv</c>: as a setting it has a number.</summary>
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
