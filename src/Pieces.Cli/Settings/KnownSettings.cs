using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Settings;

/// <summary>The names of all settings of all commands: whatever is none of them was mistyped.</summary>
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

    /// <summary>Refuses a file that says something unknown: it would be believed to work.</summary>
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

    /// <summary>What is to be said about variables that are none of ours. Another program may mean them, so that is no failure.</summary>
    public IEnumerable<string> Doubts(IReadOnlyDictionary<string, string> environment) => environment.Keys
        .Where(name => !_inEnvironment.Contains(name))
        .Order(StringComparer.Ordinal)
        .Select(name => $"{name}: no such setting in the environment ({Hint(name, _inEnvironment)})");

    private static string Hint(string name, IEnumerable<string> names) =>
        NearestName.Of(name.Length > 64 ? string.Empty : name, names) is { } nearest ? $"did you mean {nearest}?" : "see 'pieces help config'";
}
