using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>The names of the settings of all commands. Any other name is treated as a typing mistake.</summary>
internal sealed class KnownSettings
{
    private readonly HashSet<string> _inFile = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inEnvironment = new(StringComparer.Ordinal);

    public KnownSettings(RootCommand root)
    {
        foreach (Command command in root.Subcommands.Where(SettingNames.AreTakenBy))
        {
            foreach (Option option in SettingNames.FlagsOf(command))
            {
                _inFile.UnionWith(SettingNames.InFile(command, option));
                _inEnvironment.UnionWith(SettingNames.InEnvironment(command, option));
            }
        }
    }

    /// <summary>Rejects a configuration file with an unknown name, because the user would believe that the setting has an effect.</summary>
    /// <exception cref="FailureException">A name is unknown.</exception>
    public void Check(IReadOnlyList<ConfigEntry> entries, string? path)
    {
        foreach (ConfigEntry entry in entries)
        {
            if (_inFile.Contains(entry.Name))
                continue;
            string why = $"no such setting ({Hint(entry.Name, _inFile)})";
            throw FailureException.Usage($"{path}:{entry.Line}: {entry.Name}: {why}");
        }
    }

    /// <summary>Returns warnings about unknown variables. They are not failures, because they may belong to another program.</summary>
    public IEnumerable<string> Doubts(IReadOnlyDictionary<string, string> environment) => environment.Keys
        .Where(name => !_inEnvironment.Contains(name))
        .Order(StringComparer.Ordinal)
        .Select(name => $"{name}: no such setting in the environment ({Hint(name, _inEnvironment)})");

    private static string Hint(string name, IEnumerable<string> names) =>
        NearestName.Of(name.Length > 64 ? string.Empty : name, names) is { } nearest ? $"did you mean {nearest}?" : "see 'pieces help config'";
}
